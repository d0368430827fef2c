import { expect, test, vi } from 'vitest';
import { takeEnding } from './consent.ts';

const past = () => ({ state: null, replaceState: vi.fn() }) as unknown as History;

test.each([
  ['?consent=done', 'done'],
  ['?consent=refused', 'refused'],
  ['?consent=<b>', 'unknown'],
])('%s is told once, as one of four words', (search, want) => {
  const history = past();
  expect(takeEnding({ pathname: '/desk/', search, hash: '#/settings/channels/1' }, history)).toBe(want);
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/desk/#/settings/channels/1');
});

test('an address without one stays as it is', () => {
  const history = past();
  expect(takeEnding({ pathname: '/desk/', search: '', hash: '#/mine' }, history)).toBeUndefined();
  expect(history.replaceState).not.toHaveBeenCalled();
});

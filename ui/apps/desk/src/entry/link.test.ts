import { expect, test, vi } from 'vitest';
import { takeToken } from './link.ts';

const at = (hash: string) => ({ hash, pathname: '/desk/', search: '' }) as Location;
const past = () => ({ state: null, replaceState: vi.fn() }) as unknown as History;

test('the token is taken out of the address bar', () => {
  const history = past();
  expect(takeToken('invite', at('#/invite/0123abcd.89ef_-'), history)).toBe('0123abcd.89ef_-');
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/desk/#/invite');
});

test.each([
  '',
  '#/invite',
  '#/invite/',
  '#/invite/short',
  '#/setup/abcdefgh',
  '#/invite/abcdefgh/more',
  '#/invite/<script>',
])('%s carries no invitation', (hash) => {
  const history = past();
  expect(takeToken('invite', at(hash), history)).toBe('');
  expect(history.replaceState).not.toHaveBeenCalled();
});

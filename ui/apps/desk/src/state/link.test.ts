import { expect, test, vi } from 'vitest';
import { takeLink } from './link.ts';

const at = (hash: string) => ({ hash, pathname: '/desk/', search: '' }) as Location;
const past = () => ({ state: null, replaceState: vi.fn() }) as unknown as History;

test.each(['invite', 'setup'] as const)('the token of %s is taken out of the address bar', (kind) => {
  const history = past();
  expect(takeLink(at(`#/${kind}/0123abcd.89ef_-`), history)).toEqual({ kind, token: '0123abcd.89ef_-' });
  expect(history.replaceState).toHaveBeenCalledWith(null, '', `/desk/#/${kind}`);
});

test.each(['short', 'abcdefgh/more', '<script>'])('%s is no token, and does not stay either', (token) => {
  const history = past();
  expect(takeLink(at(`#/invite/${token}`), history)).toEqual({ kind: 'invite', token: '' });
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/desk/#/invite');
});

test.each(['', '#/invite', '#/invite/', '#/mine/open/abcdefgh'])('%s is no link', (hash) => {
  const history = past();
  expect(takeLink(at(hash), history)).toBeUndefined();
  expect(history.replaceState).not.toHaveBeenCalled();
});

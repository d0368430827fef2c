import { expect, test } from 'vitest';
import { conversationHash, listHash, readPlace } from './route.svelte.ts';

test.each([
  ['', { view: 'mine', teamId: null, state: 'open' }, null],
  ['#/all/resolved', { view: 'all', teamId: null, state: 'resolved' }, null],
  ['#/team/t1/snoozed/c1', { view: 'team', teamId: 't1', state: 'snoozed' }, 'c1'],
  ['#/nonsense/x', { view: 'mine', teamId: null, state: 'open' }, null],
])('%s is a list', (hash, list, conversationId) => {
  expect(readPlace(hash)).toMatchObject({ room: 'inbox', list, conversationId });
});

test('an address written is read back', () => {
  const list = { view: 'team', teamId: 't1', state: 'open' } as const;
  expect(readPlace(conversationHash(list, 'c1', 'customer'))).toEqual({
    room: 'inbox',
    list,
    conversationId: 'c1',
    pane: 'customer',
  });
  expect(readPlace(listHash(list))).toMatchObject({ list, conversationId: null });
});

test('what is chosen of a list stands behind its address', () => {
  const list = {
    view: 'all',
    teamId: null,
    state: 'open',
    filter: { reason: 'delivery/late', mood: 'negative' },
  } as const;
  expect(listHash(list)).toBe('#/all/open?reason=delivery%2Flate&mood=negative');
  expect(readPlace(conversationHash(list, 'c1', 'customer'))).toMatchObject({ list, conversationId: 'c1' });
  expect(readPlace('#/all/open?mood=blue')).toMatchObject({ list: { filter: {} } });
});

test('the board stands in the desk, or on a wall', () => {
  expect(readPlace('#/mail/failed/0199')).toEqual({ room: 'mail', path: 'failed/0199' });
  expect(readPlace('#/board')).toEqual({ room: 'board', wall: false });
  expect(readPlace('#/board/wall')).toEqual({ room: 'board', wall: true });
});

test('a conversation can be opened in whatever list is shown', () => {
  const before = { view: 'all', teamId: null, state: 'open' } as const;
  expect(readPlace('#/c/c9', before)).toMatchObject({ list: before, conversationId: 'c9' });
});

test('links to set up and to join keep their token out of the place', () => {
  expect(readPlace('#/invite/abcdefgh')).toEqual({ room: 'invite' });
  expect(readPlace('#/setup/abcdefgh')).toEqual({ room: 'setup' });
});

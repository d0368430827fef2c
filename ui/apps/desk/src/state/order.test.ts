import type { Conversation, Owed } from '@visavis/client';
import { expect, test } from 'vitest';
import { atRisk, Inbox } from './inbox.svelte.ts';
import type { ListOrder } from './preferences.svelte.ts';
import { home } from './route.svelte.ts';
import { apiOf, conversation } from './sample.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const owed = (due: number, state: Owed['state'] = 'running'): Owed => ({
  kind: 'next',
  state,
  madeAt: at(-60),
  dueAt: at(due),
});
let order: ListOrder = 'priority';
const asked: string[] = [];

function inboxOf(stored: Conversation[]): Inbox {
  asked.length = 0;
  const api = apiOf((_method, path) => {
    asked.push(path);
    return path.startsWith('/conversations?') ? { items: stored, seq: 1 } : {};
  });
  return new Inbox(api, () => ({ memberId: 'me', teamIds: [], now, order }));
}

test('by priority: the highest rank first, then the newest word; what changes finds its place', async () => {
  order = 'priority';
  const inbox = inboxOf([
    conversation('a', { rank: 9 }),
    conversation('b', { rank: 5 }),
    conversation('c', { rank: -4 }),
  ]);
  const list = inbox.window(home);
  await list.load();
  expect(asked[0]).toContain('order=priority');
  inbox.take(conversation('c', { rank: 7, version: 2 }));
  inbox.take(conversation('d', { rank: 5, lastActivityAt: at(9) }));
  expect(list.ids).toEqual(['a', 'c', 'd', 'b']);
});

test('a new rank moves nothing under the pointer', async () => {
  order = 'priority';
  const inbox = inboxOf([conversation('a', { rank: 9 }), conversation('b', { rank: 5 })]);
  const list = inbox.window(home);
  await list.load();
  list.hold(true);
  inbox.take(conversation('b', { rank: 20, version: 2 }));
  expect(list.ids).toEqual(['a', 'b']);
  list.hold(false);
  expect(list.ids).toEqual(['b', 'a']);
});

test('what sleeps or is resolved stands by its last word, whatever she chose', () => {
  order = 'priority';
  const inbox = inboxOf([]);
  expect(inbox.orderOf(home)).toBe('priority');
  expect(inbox.orderOf({ ...home, state: 'snoozed' })).toBe('activity');
  expect(inbox.orderOf({ ...home, view: 'risk' })).toBe('due');
  order = 'activity';
  expect(inbox.orderOf(home)).toBe('activity');
});

test('promises at risk: nearest first; a promise that is kept leaves', async () => {
  const inbox = inboxOf([conversation('a', { promise: owed(-5, 'missed') }), conversation('b', { promise: owed(9) })]);
  const list = inbox.window({ ...home, view: 'risk' });
  await list.load();
  inbox.take(conversation('c', { promise: owed(3) }));
  inbox.take(conversation('d', { promise: owed(40) }));
  expect(list.ids).toEqual(['a', 'c', 'b']);
  inbox.take(conversation('a', { promise: undefined, version: 2 }));
  expect(list.ids).toEqual(['c', 'b']);
});

test('at risk is missed, or due within a quarter of an hour; a pause is no risk', () => {
  expect(atRisk(owed(-5, 'missed'), now)).toBe(true);
  expect(atRisk(owed(15), now)).toBe(true);
  expect(atRisk(owed(16), now)).toBe(false);
  expect(atRisk(owed(1, 'paused'), now)).toBe(false);
});

import type { Conversation, Event } from '@visavis/client';
import { beforeEach, expect, test } from 'vitest';
import { Inbox } from './inbox.svelte.ts';
import { home } from './route.svelte.ts';
import { apiOf, conversation } from './sample.ts';

const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`;
let stored: Conversation[];
let next: string | undefined;
let inbox: Inbox;

beforeEach(() => {
  stored = [
    conversation('c', { lastActivityAt: at(30) }),
    conversation('b', { lastActivityAt: at(20) }),
    conversation('a', { lastActivityAt: at(10) }),
  ];
  next = undefined;
  const api = apiOf((_method, path) => (path.startsWith('/conversations?') ? { items: stored, next, seq: 7 } : {}));
  inbox = new Inbox(api, () => ({ memberId: 'me', teamIds: ['t1'], now: Date.parse(at(0)), order: 'activity' }));
});
const event = (type: string, changed: Conversation) =>
  ({
    seq: 8,
    at: at(0),
    type,
    actor: { kind: 'customer', id: 'x' },
    conversation: changed,
    message: null,
  }) as unknown as Event;

test('a live word moves its conversation to the top, newest first', async () => {
  const list = inbox.window(home);
  await list.load();
  inbox.accept(event('message.received', conversation('a', { lastActivityAt: at(40), version: 2 })));
  expect(list.ids).toEqual(['a', 'c', 'b']);
});

test('under the pointer nothing moves until it leaves; content changes in place', async () => {
  const list = inbox.window(home);
  await list.load();
  list.hold(true);
  inbox.accept(event('message.received', conversation('a', { lastActivityAt: at(40), version: 2, subject: 'New' })));
  inbox.accept(event('conversation.started', conversation('d', { lastActivityAt: at(50) })));
  expect(list.ids).toEqual(['c', 'b', 'a']);
  expect(list.fresh).toBe(1);
  expect(inbox.get('a')?.subject).toBe('New');
  list.hold(false);
  expect(list.ids).toEqual(['d', 'a', 'c', 'b']);
});

test('what she resolves herself leaves at once, even under the pointer, and comes back when refused', async () => {
  const list = inbox.window(home);
  await list.load();
  list.hold(true);
  const lift = inbox.guess('b', { state: 'resolved' });
  expect(list.ids).toEqual(['c', 'a']);
  list.hold(false);
  lift();
  expect(list.ids).toEqual(['c', 'b', 'a']);
  expect(inbox.get('b')?.state).toBe('open');
});

test('an older version never overwrites a newer one', async () => {
  await inbox.window(home).load();
  inbox.take(conversation('a', { version: 5, subject: 'new' }));
  inbox.take(conversation('a', { version: 4, subject: 'old' }));
  expect(inbox.get('a')?.subject).toBe('new');
});

test('reading marks only move forwards', async () => {
  await inbox.window(home).load();
  inbox.markRead('a', 9);
  inbox.take(conversation('a', { version: 2, readPosition: 3 }));
  expect(inbox.get('a')?.readPosition).toBe(9);
});

test('what does not know her reading mark leaves it as it is', async () => {
  await inbox.window(home).load();
  inbox.markRead('a', 9);
  inbox.accept(event('message.received', conversation('a', { version: 2, readPosition: undefined })));
  expect(inbox.get('a')?.readPosition).toBe(9);
  inbox.take(conversation('found', { readPosition: undefined }));
  inbox.take(conversation('found', { readPosition: 4 }));
  expect(inbox.get('found')?.readPosition).toBe(4);
});

test('a conversation older than what was read so far waits for its page', async () => {
  next = 'more';
  const list = inbox.window(home);
  await list.load();
  inbox.accept(event('conversation.assigned', conversation('z', { lastActivityAt: at(1) })));
  expect(list.ids).toEqual(['c', 'b', 'a']);
});

test.each([
  ['mine', null, { assigneeId: 'me' }, true],
  ['mine', null, { assigneeId: 'yann' }, false],
  ['unassigned', null, { assigneeId: undefined }, true],
  ['teams', null, { assigneeId: undefined, teamId: 't1' }, true],
  ['teams', null, { assigneeId: undefined, teamId: 't9' }, false],
  ['team', 't9', { teamId: 't9' }, true],
  ['all', null, { state: 'resolved' }, false],
] as const)('view %s %s takes %o: %s', async (view, teamId, more, belongs) => {
  stored = [];
  const list = inbox.window({ view, teamId, state: 'open' });
  await list.load();
  inbox.accept(event('conversation.started', conversation('n', more)));
  expect(list.ids.includes('n')).toBe(belongs);
});

test('among many thousand rows a changed one finds its place', async () => {
  stored = Array.from({ length: 20_000 }, (_, i) =>
    conversation(String(200_000 - i), { lastActivityAt: new Date(Date.UTC(2026, 10, 1) - i * 1000).toISOString() }),
  );
  const list = inbox.window(home);
  await list.load();
  for (let i = 0; i < 20; i++) inbox.take(conversation(String(150_000 + i), { version: 2, lastActivityAt: at(i) }));
  expect(list.ids[0]).toBe('150019');
});

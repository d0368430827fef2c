import type { Conversation, Live } from '@visavis/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { apiOf, conversation } from './sample.ts';
import { Session } from './session.svelte.ts';

type Answer = (method: string, path: string, body: unknown) => unknown;
let answer: Answer;
let session: Session;
const refuse = (code: string, current: Conversation) =>
  new Response(JSON.stringify({ code, detail: 'Changed.', current }), { status: 409 });

beforeEach(() => {
  const line = { on: vi.fn(), onstate: vi.fn() } as unknown as Live;
  session = new Session(
    apiOf((...call) => answer(...call)),
    line,
  );
  session.inbox.take(conversation('a'));
});

test('an action shows before the answer and stays after it', async () => {
  answer = () => conversation('a', { state: 'resolved', version: 2 });
  const done = session.actions.resolve('a');
  expect(session.inbox.get('a')?.state).toBe('resolved');
  await done;
  expect(session.inbox.truth('a')).toMatchObject({ state: 'resolved', version: 2 });
});

test('refused, it undoes itself and says why; its undoing is no longer offered', async () => {
  answer = () => refuse('conversation_changed', conversation('a', { version: 2, assigneeId: 'yann' }));
  await session.actions.assign('a', { memberId: 'zoe', teamId: null });
  expect(session.inbox.get('a')?.assigneeId).toBe('yann');
  expect(session.toasts.items).toHaveLength(1);
  expect(session.toasts.items[0]?.refused).toBe(true);
});

test('a change that does not speak against it is taken in, and the action tried again', async () => {
  const versions: number[] = [];
  answer = (_method, _path, body) => {
    const { version } = body as { version: number };
    versions.push(version);
    return version === 1
      ? refuse('conversation_changed', conversation('a', { version: 2, subject: 'Renamed' }))
      : conversation('a', { version: 3, state: 'resolved' });
  };
  await session.actions.resolve('a');
  expect(versions).toEqual([1, 2]);
  expect(session.toasts.items.some(({ refused }) => refused)).toBe(false);
});

test('a customer who has just written is not put away unread', async () => {
  const spoken = conversation('a', { version: 2, lastPosition: 2 });
  answer = () => refuse('conversation_changed', spoken);
  await session.actions.resolve('a');
  expect(session.inbox.get('a')?.state).toBe('open');
  expect(session.toasts.items[0]?.refused).toBe(true);
});

test('two quick actions wait for one another and carry the right versions', async () => {
  const versions: number[] = [];
  answer = (_method, path, body) => {
    const { version } = body as { version: number };
    versions.push(version);
    return path.endsWith('/assign')
      ? conversation('a', { version: 2 })
      : conversation('a', { version: 3, state: 'resolved' });
  };
  await Promise.all([session.actions.assign('a', { memberId: 'me', teamId: 't1' }), session.actions.resolve('a')]);
  expect(versions).toEqual([1, 2]);
});

test('Z gives a conversation the state it had', async () => {
  const paths: string[] = [];
  answer = (_method, path) => {
    paths.push(path);
    return conversation('a', path.endsWith('/resolve') ? { state: 'resolved', version: 2 } : { version: 3 });
  };
  await session.actions.resolve('a');
  session.toasts.undo();
  await vi.waitFor(() => expect(paths).toEqual(['/conversations/a/resolve', '/conversations/a/reopen']));
});

import { Problem, type Api, type Event } from '@visavis/client';
import { expect, test, vi } from 'vitest';
import { Notices, type Notice } from './notices.svelte.ts';

const notice = (id: string, more: Partial<Notice> = {}): Notice => ({
  id,
  kind: 'message',
  text: 'Bonjour',
  at: '2026-03-02T09:00:00.000Z',
  ...more,
});
const given = (told: Notice | null) => ({ type: 'notice.given', seq: 1, notice: told }) as unknown as Event;

function opened(post = vi.fn().mockResolvedValue(undefined)) {
  const get = vi.fn().mockResolvedValue({ items: [notice('b'), notice('a', { readAt: 'then' })], unread: 1 });
  return { notices: new Notices({ get, post } as unknown as Api), post };
}

test('her own notice rings at once, and only once', async () => {
  const { notices } = opened();
  await notices.load();
  notices.accept(given(notice('c')));
  notices.accept(given(notice('c')));
  notices.accept(given(null)); // somebody else’s
  expect(notices.items.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  expect(notices.unread).toBe(2);
});

test('reading says which was the newest that she saw', async () => {
  const { notices, post } = opened();
  await notices.load();
  await notices.read();
  expect(post).toHaveBeenCalledExactlyOnceWith('/notices/read', { upTo: 'b' });
  expect(notices.unread).toBe(0);
  expect(notices.items.every(({ readAt }) => readAt)).toBe(true);
  await notices.read();
  expect(post).toHaveBeenCalledOnce();
});

test('what the server did not hear of counts as unread again', async () => {
  const { notices } = opened(vi.fn().mockRejectedValue(new Problem({ status: 0, code: 'unreachable' })));
  await notices.load();
  await notices.read();
  expect(notices.unread).toBe(1);
  expect(notices.items[0]?.readAt).toBeUndefined();
});

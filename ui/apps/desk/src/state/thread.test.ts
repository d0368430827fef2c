import type { Message } from '@visavis/client';
import { expect, test } from 'vitest';
import { apiOf, message } from './sample.ts';
import { ThreadStore } from './thread.svelte.ts';

function threadOf(stored: () => Message[], size = 50) {
  const api = apiOf((_method, path) => {
    const before = Number(new URLSearchParams(path.split('?')[1]).get('before') ?? Infinity);
    const older = stored().filter(({ position }) => position < before);
    const items = older.slice(-size);
    return { items, next: older.length > size ? items[0]?.position : undefined };
  });
  return new ThreadStore('a', api);
}
const positions = (thread: ThreadStore) => thread.messages.map(({ position }) => position);

test('a page, a live event and an answer that carry the same word keep it once', async () => {
  const thread = threadOf(() => [message(1), message(2)]);
  await thread.load();
  thread.take(message(2), message(3));
  thread.take(message(3));
  expect(positions(thread)).toEqual([1, 2, 3]);
});

test('a hole is read at once', async () => {
  const stored = [message(1), message(2)];
  const thread = threadOf(() => stored);
  await thread.load();
  stored.push(message(3), message(4), message(5));
  thread.take(message(5));
  await thread.refresh();
  expect(positions(thread)).toEqual([1, 2, 3, 4, 5]);
});

test('after a long cut it reads back until it meets what it knew', async () => {
  const stored = [message(1), message(2)];
  const thread = threadOf(() => stored, 2);
  await thread.load();
  for (let i = 3; i <= 9; i++) stored.push(message(i));
  await thread.refresh();
  expect(positions(thread)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('older words come above, once asked for', async () => {
  const thread = threadOf(() => [1, 2, 3, 4, 5].map((n) => message(n)), 2);
  await thread.load();
  expect(positions(thread)).toEqual([4, 5]);
  await thread.loadOlder();
  await thread.loadOlder();
  expect(positions(thread)).toEqual([1, 2, 3, 4, 5]);
  expect(thread.hasOlder).toBe(false);
});

test('words of another conversation never enter', () => {
  const thread = threadOf(() => []);
  thread.take(message(1, { conversationId: 'b' }));
  expect(thread.messages).toEqual([]);
});

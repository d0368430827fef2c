import { expect, test } from 'vitest';
import { Pile, type Page } from './pile.svelte.ts';

type One = { id: string };
const page = (ids: string, next?: string): Page<One> => ({
  items: [...ids].map((id) => ({ id })),
  ...(next ? { next } : {}),
});
const ids = (pile: Pile<One>) => pile.items.map(({ id }) => id).join('');

test('reading again keeps the older pages that were read', async () => {
  let newest = page('dc', 'b');
  const pile = new Pile<One>((cursor) => Promise.resolve(cursor ? page('ba') : newest));
  await pile.load();
  await pile.earlier();
  expect(ids(pile)).toBe('dcba');
  expect(pile.more).toBe(false);
  newest = page('ed', 'c');
  await pile.load();
  expect(ids(pile)).toBe('edcba');
});

test('what was settled leaves, when the newest page is the only one', async () => {
  let newest = page('ba');
  const pile = new Pile<One>(() => Promise.resolve(newest));
  await pile.load();
  newest = page('b');
  await pile.load();
  expect(ids(pile)).toBe('b');
});

test('a failure leaves in sight what was read before', async () => {
  let fail = false;
  const pile = new Pile<One>(() => (fail ? Promise.reject(new Error('away')) : Promise.resolve(page('a'))));
  await pile.load();
  fail = true;
  await pile.load();
  expect(pile.status).toBe('ready');
  expect(ids(pile)).toBe('a');
});

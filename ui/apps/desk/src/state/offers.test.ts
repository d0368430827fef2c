import type { Offer } from '@visavis/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { I18n, ToastQueue } from '@visavis/kit';
import { Offers, ringing } from './offers.svelte.ts';
import { apiOf, conversation } from './sample.ts';
import type { Session } from './session.svelte.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const at = (s: number) => new Date(now + s * 1000).toISOString();
const offer = (id: string, made: number, expires: number, more: Partial<Offer> = {}): Offer => ({
  id,
  conversationId: id,
  memberId: 'me',
  conversation: conversation(id),
  why: ['free'],
  madeAt: at(made),
  expiresAt: at(expires),
  state: 'ringing',
  ...more,
});
const asked: string[] = [];
let refused = false;

function offersOf(): { offers: Offers; toasts: ToastQueue; opened: string[]; rang: string[] } {
  const toasts = new ToastQueue();
  const opened: string[] = [];
  const rang: string[] = [];
  const api = apiOf((method, path) => {
    asked.push(`${method} ${path}`);
    if (refused) return new Response('{"status":409,"code":"offer_over"}', { status: 409 });
    return path.endsWith('/accept') ? conversation('a', { version: 2 }) : null;
  });
  const session = {
    api,
    toasts,
    i18n: new I18n({ fr: {}, en: {} }, 'fr'),
    clock: { read: () => Date.now() },
    inbox: { take: () => undefined, guess: () => () => undefined },
    route: { open: (id: string) => opened.push(id) },
    notifier: { offered: ({ id }: Offer) => rang.push(id) },
    me: { member: { id: 'me' } },
  };
  return { offers: new Offers(session as unknown as Session), toasts, opened, rang };
}

beforeEach(() => {
  vi.useFakeTimers({ now });
  asked.length = 0;
  refused = false;
});
afterEach(() => vi.useRealTimers());

test('only what rings counts, and what was offered first is answered first', () => {
  const all = [
    offer('b', -5, 20),
    offer('a', -9, 12),
    offer('gone', -30, -1),
    offer('done', -3, 9, { state: 'accepted' }),
  ];
  expect(ringing(all, now).map(({ id }) => id)).toEqual(['a', 'b']);
});

test('several queue; the next comes up when the first is answered', async () => {
  const { offers, opened, rang } = offersOf();
  offers.made(offer('a', 0, 20));
  offers.made(offer('b', 1, 25));
  offers.made(offer('a', 0, 20));
  expect([offers.items.length, offers.current?.id, rang.join()]).toEqual([2, 'a', 'a,b']);
  await offers.accept(offer('a', 0, 20));
  expect(offers.current?.id).toBe('b');
  expect(opened).toEqual(['a']);
  expect(asked).toEqual(['POST /offers/a/accept']);
});

test('an offer whose time is over goes by itself, with a quiet word', () => {
  const { offers, toasts } = offersOf();
  offers.made(offer('a', 0, 20));
  vi.advanceTimersByTime(20_100);
  expect(offers.current).toBeUndefined();
  expect(toasts.items.map(({ text, refused: bad }) => [text, bad])).toEqual([
    ['Camille Rousseau est allé à quelqu’un d’autre.', false],
  ]);
});

test('one that she answered on another screen goes without a word', () => {
  const { offers, toasts } = offersOf();
  offers.made(offer('a', 0, 20));
  offers.ended(offer('a', 0, 20, { state: 'accepted' }));
  expect([offers.items.length, toasts.items.length]).toEqual([0, 0]);
});

test('too late is said, and stays until it is read', async () => {
  const { offers, toasts } = offersOf();
  refused = true;
  offers.made(offer('a', 0, 20));
  await offers.accept(offer('a', 0, 20));
  expect(toasts.items[0]).toMatchObject({ text: 'Trop tard\u202f: quelqu’un d’autre l’a prise.', refused: true });
});

test('a key pressed for something else does not take what has just come up', () => {
  const { offers } = offersOf();
  offers.made(offer('a', 0, 20));
  expect(offers.settled).toBe(false);
  vi.advanceTimersByTime(800);
  expect(offers.settled).toBe(true);
});

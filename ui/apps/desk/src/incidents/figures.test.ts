import { expect, test } from 'vitest';
import { lit, placed, shares, spoken } from './figures.ts';

const tallies = [
  { channelId: 'chat', language: 'fr', conversations: 3, held: 3, told: 0 },
  { channelId: 'mail', language: 'fr', conversations: 1, held: 0, told: 0 },
  { channelId: 'chat', language: 'en', conversations: 2, held: 2, told: 0 },
];

test('what many share comes first', () => {
  expect(shares(tallies, ({ channelId }) => channelId)).toEqual([
    ['chat', 5],
    ['mail', 1],
  ]);
});

test.each([
  [
    { fr: 'Panne', en: 'Down' },
    { fr: 4, en: 2 },
  ],
  [{ fr: 'Panne' }, { fr: 6, en: 0 }],
  [{ en: 'Down' }, { fr: 0, en: 6 }],
  [{}, { fr: 0, en: 0 }],
])('who is told %j', (words, told) => {
  expect(spoken(tallies, words)).toEqual(told);
});

test('shared words are found whole, in any case', () => {
  expect(lit('Panne à Lyon, lyonnais', ['lyon', 'panne'])).toEqual(['', 'Panne', ' à ', 'Lyon', ', lyonnais']);
  expect(lit('a.b', ['a+'])).toEqual(['a.b']);
});

test('a place has its share of those whose place is known, beside what is usual there', () => {
  const at = (place: string | undefined, conversations: number) => ({
    channelId: 'chat',
    ...(place ? { place } : {}),
    conversations,
    held: 0,
    told: 0,
  });
  const some = [at('Nantes', 5), at('Brest', 2), at('Nantes', 1), at(undefined, 9)];
  expect(placed(some, { Nantes: 0.2 })).toEqual([
    { place: 'Nantes', n: 6, share: 0.75, usual: 0.2 },
    { place: 'Brest', n: 2, share: 0.25, usual: 0 },
  ]);
  expect(placed(some).map(({ usual }) => usual)).toEqual([undefined, undefined]);
});

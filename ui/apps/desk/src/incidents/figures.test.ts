import { expect, test } from 'vitest';
import { asInput, heat, lit, placed, shares, spoken, within } from './figures.ts';

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

test('the map has the most first, the unknown place last, and says what is hotter than usual', () => {
  const at = (place: string | undefined, channelId: string, customers: number, usual?: number) => ({
    ...(place ? { place } : {}),
    channelId,
    customers,
    ...(usual === undefined ? {} : { usual }),
  });
  const { channels, rows, compared } = heat([
    at('Brest', 'mail', 1, 0.01),
    at('Nantes', 'chat', 6, 0.1),
    at('Nantes', 'mail', 3, 0.3),
    at(undefined, 'chat', 9),
  ]);
  expect(compared).toBe(true);
  expect(channels).toEqual([
    { id: 'chat', n: 15 },
    { id: 'mail', n: 4 },
  ]);
  expect(rows.map(({ place, n }) => [place, n])).toEqual([
    ['Nantes', 9],
    ['Brest', 1],
    ['', 9],
  ]);
  // Of ten customers whose place is known, one would usually be of Nantes and the chat.
  expect(rows[0]?.squares.map((one) => [one?.expected, one?.level])).toEqual([
    [1, 4],
    [3, 1],
  ]);
  // One customer alone is not hot, and an empty square is none.
  expect(rows[1]?.squares.map((one) => one?.level)).toEqual([undefined, 1]);
  expect(rows[2]?.squares[0]?.level).toBe(1);
});

test('where nothing is known of what is usual the most is the hottest', () => {
  const { rows, compared } = heat([
    { place: 'Nantes', channelId: 'chat', customers: 8 },
    { place: 'Brest', channelId: 'chat', customers: 2 },
  ]);
  expect(compared).toBe(false);
  expect(rows.map(({ squares: [one] }) => [one?.level, one?.expected])).toEqual([
    [4, undefined],
    [2, undefined],
  ]);
});

test('a square chooses the conversations of its place and channel', () => {
  const some = [{ place: 'Nantes', channelId: 'chat' }, { place: 'Nantes', channelId: 'mail' }, { channelId: 'chat' }];
  expect(some.filter(within({ place: 'Nantes', channelId: 'chat' }))).toEqual([some[0]]);
  expect(some.filter(within({ place: '', channelId: 'chat' }))).toEqual([some[2]]);
  expect(some.filter(within(undefined))).toEqual(some);
});

test('an instant goes into a field of date and time and comes out again', () => {
  const at = new Date(2026, 2, 1, 9, 5).getTime();
  expect(asInput(at)).toBe('2026-03-01T09:05');
  expect(new Date(asInput(at)).getTime()).toBe(at);
});

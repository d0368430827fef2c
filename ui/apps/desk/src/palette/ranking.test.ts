import { expect, test } from 'vitest';
import { pieces, rank, readQuery, score } from './ranking.ts';

test.each([
  ['cam', { scope: 'all', text: 'cam' }],
  ['> res', { scope: 'actions', text: 'res' }],
  ['@léa', { scope: 'members', text: 'léa' }],
  ['  @ ', { scope: 'members', text: '' }],
  ['anne@arzel', { scope: 'all', text: 'anne@arzel' }],
])('%s asks for %o', (typed, want) => {
  expect(readQuery(typed)).toEqual(want);
});

const order = (query: string, texts: string[]) => rank(query, texts, (text) => [text]);

test('the beginning of the name comes before the beginning of a word, and that before the middle', () => {
  expect(order('cam', ['Macambo', 'Marc Cambon', 'Camille Rousseau'])).toEqual([
    'Camille Rousseau',
    'Marc Cambon',
    'Macambo',
  ]);
});

test('accents and capitals do not matter', () => {
  expect(order('resoudre', ['Attribuer', 'Résoudre'])).toEqual(['Résoudre']);
  expect(order('HÉLÈNE', ['Hélène Garnier'])).toEqual(['Hélène Garnier']);
});

test('every word must be found, in any order', () => {
  expect(order('rous cam', ['Camille Rousseau', 'Camille Martin'])).toEqual(['Camille Rousseau']);
});

test('the whole name wins over a longer one', () => {
  expect(order('équipe', ['Équipe Livraison', 'Équipe'])).toEqual(['Équipe', 'Équipe Livraison']);
});

test('a synonym finds, but after a name', () => {
  const items = [
    { name: 'Mettre en sommeil', other: 'plus tard' },
    { name: 'Plus d’actions', other: '' },
  ];
  expect(rank('plus', items, (item) => [item.name, item.other]).map((item) => item.name)).toEqual([
    'Plus d’actions',
    'Mettre en sommeil',
  ]);
});

test('nothing typed keeps the given order', () => {
  expect(order('', ['b', 'a', 'ccc'])).toEqual(['b', 'a', 'ccc']);
});

test('a name of another alphabet is found', () => {
  expect(score('юлия', 'Юлия')).toBe(100);
});

test('what was found is marked where it stands', () => {
  expect(pieces('cam', 'Marc Cambon')).toEqual([
    { text: 'Marc ', found: false },
    { text: 'Cam', found: true },
    { text: 'bon', found: false },
  ]);
  expect(pieces('hele', 'Hélène')).toEqual([
    { text: 'Hélè', found: true },
    { text: 'ne', found: false },
  ]);
  expect(pieces('x', 'Hélène')).toEqual([{ text: 'Hélène', found: false }]);
  expect(pieces('', 'İstanbul 🚲')).toEqual([{ text: 'İstanbul 🚲', found: false }]);
});

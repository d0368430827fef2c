import type { Step } from '@visavis/client';
import { expect, test } from 'vitest';
import { frequentSteps, languageOf } from './habits.ts';
import { folded } from './stepView.ts';

const at = '2026-11-22T10:00:00.000Z';
const step = (id: string, state: Step['state']): Step => ({
  id,
  conversationId: 'a',
  kind: 'custom',
  text: id,
  state,
  position: 1,
  createdAt: at,
  changedAt: at,
  version: 1,
});
const ids = (steps: readonly Step[]) => steps.map(({ id }) => id).join('');

test('a handful of steps stands as it is', () => {
  const steps = ['a', 'b', 'c', 'd'].map((id) => step(id, 'done'));
  expect(folded(steps, false)).toEqual({ shown: steps, hidden: 0 });
});

test('of many, the oldest finished ones fold; what is not finished never does', () => {
  const steps = [
    ...['a', 'b', 'c'].map((id) => step(id, 'done')),
    ...['d', 'e', 'f', 'g'].map((id) => step(id, 'planned')),
  ];
  const { shown, hidden } = folded(steps, false);
  expect([ids(shown), hidden]).toEqual(['defg', 3]);
  expect(ids(folded(steps, true).shown)).toBe('abcdefg');
  const open = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => step(id, 'underway'));
  expect(folded(open, false).hidden).toBe(0);
});

test('frequent steps: her own that came back, then the house’s, in one language', () => {
  const storage = { getItem: () => JSON.stringify({ 'fr Vidéo reçue': 4, 'fr Une fois': 1, 'en Seen': 9 }) };
  expect(frequentSteps('fr', ['Maison', 'Vidéo reçue'], 6, storage as unknown as Storage)).toEqual([
    'Vidéo reçue',
    'Maison',
  ]);
});

test('the customer reads her own language, unless the matter has another', () => {
  expect(languageOf({ language: '', customer: { locale: 'en' } }, 'fr')).toBe('en');
  expect(languageOf({ language: 'fr', customer: { locale: 'en' } }, 'en')).toBe('fr');
  expect(languageOf({ language: '', customer: { locale: '' } }, 'fr')).toBe('fr');
});

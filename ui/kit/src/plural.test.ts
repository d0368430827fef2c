import { expect, test } from 'vitest';
import { say } from './plural.ts';

test.each([
  [0, 'fr', '0 réponse'],
  [1, 'fr', '1 réponse'],
  [2, 'fr', '2 réponses'],
  [1200, 'fr', '1\u202f200 réponses'],
  [0, 'en', '0 réponses'],
  [1, 'en', '1 réponse'],
])('%i is counted as %s counts', (n, locale, said) => {
  expect(say('{n, plural, one {# réponse} other {# réponses}}', { n }, locale)).toBe(said);
});

test('an exact number has its own words', () => {
  const text = '{n, plural, =0 {personne} one {une personne} other {# personnes}}';
  expect(say(text, { n: 0 }, 'fr')).toBe('personne');
});

test('a branch holds holes of its own', () => {
  const text = '{mine, select, yes {Vous avez} other {{by} a}} résolu';
  expect(say(text, { mine: 'yes', by: 'Yann' }, 'fr')).toBe('Vous avez résolu');
  expect(say(text, { mine: 'no', by: 'Yann' }, 'fr')).toBe('Yann a résolu');
});

test('what a customer wrote is never read as a pattern', () => {
  expect(say('Envoyé à {name}', { name: '{n, plural, one {x}} # }' }, 'fr')).toBe('Envoyé à {n, plural, one {x}} # }');
});

test('a missing value stays visible instead of vanishing', () => {
  expect(say('Envoyé à {name}', undefined, 'fr')).toBe('Envoyé à {name}');
});

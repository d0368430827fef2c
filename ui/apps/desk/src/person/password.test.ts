import { expect, test } from 'vitest';
import { acceptable, strength } from './password.ts';

test.each([
  ['', 'none'],
  ['velo', 'short'],
  ['elevenchars', 'short'],
  ['aaaaaaaaaaaaaaaa', 'guessable'],
  ['abcabcabcabcabc', 'guessable'],
  ['123456789012345', 'guessable'],
  ['motdepasse2024', 'guessable'],
  ['Azerty123456', 'guessable'],
  ['atelier-rouge7', 'fair'],
  ['quatre vélos rouges sous la pluie', 'strong'],
  ['🚲🚲🚲🚲', 'short'],
  ['x'.repeat(1025), 'long'],
])('%s is %s', (password, want) => {
  expect(strength(password)).toBe(want);
});

test('a name on the form counts for nothing', () => {
  expect(strength('LeaMorvan2024!')).toBe('fair');
  expect(strength('LeaMorvan2024!', ['Léa Morvan', 'lea@arzel.example'])).toBe('guessable');
});

test('what anybody would try first is not sent', () => {
  expect(acceptable('atelier-rouge7')).toBe(true);
  expect(acceptable('motdepasse2024')).toBe(false);
  expect(acceptable('motdepasse')).toBe(false);
});

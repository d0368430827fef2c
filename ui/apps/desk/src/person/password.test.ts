import { expect, test } from 'vitest';
import { acceptable, strength } from './password';

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

test('what is easy to guess is advised against, not refused', () => {
  expect(acceptable('motdepasse2024')).toBe(true);
  expect(acceptable('motdepasse')).toBe(false);
});

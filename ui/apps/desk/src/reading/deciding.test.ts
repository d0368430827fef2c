import type { ExplainedReading, Weighed } from '@visavis/client';
import { expect, test } from 'vitest';
import { deciding, decidingWords } from './deciding.ts';

const text = 'Toujours rien reçu, et Toujours rien dit';
const at = (word: string, weight: number, from = 0): Weighed => {
  const begin = text.indexOf(word, from);
  return { from: begin, to: begin + word.length, weight };
};
const reading = (why: Partial<ExplainedReading['why']>, mood = 0): ExplainedReading => ({
  messageId: 'm',
  conversationId: 'c',
  at: '',
  engine: 'built-in',
  model: 'm',
  language: 'fr',
  languageSure: 1,
  reason: '',
  best: 'delivery',
  bestSure: 0.4,
  alone: false,
  mood,
  dissatisfied: 0.7,
  urgency: 'today',
  urgencySure: 0.6,
  why: { reason: [], mood: [], dissatisfied: [], urgency: [], ...why },
});

test('heavy words are lit, neighbours as one, light ones not at all', () => {
  const why = { reason: [at('Toujours', 1), at('rien', 0.5), at('et', 0.1), at('dit', -0.9)] };
  expect(deciding(reading(why), 'reason', text)).toEqual([{ from: 0, to: 13 }]);
});

test('a bad mood was decided by what speaks against a good one', () => {
  const why = { mood: [at('rien', -1), at('reçu', 0.8)] };
  expect(decidingWords(deciding(reading(why, -0.5), 'mood', text), text)).toEqual(['rien']);
  expect(decidingWords(deciding(reading(why, 0.5), 'mood', text), text)).toEqual(['reçu']);
});

test('a word that is there twice is said once', () => {
  const why = { dissatisfied: [at('Toujours', 1), at('Toujours', 1, 5)] };
  expect(decidingWords(deciding(reading(why), 'dissatisfied', text), text)).toEqual(['Toujours']);
});

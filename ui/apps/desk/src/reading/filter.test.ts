import type { Understood } from '@visavis/client';
import { expect, test } from 'vitest';
import { conversation } from '../state/sample.ts';
import { filterQuery, fits, readFilter, toggled } from './filter.ts';

const reading: Understood = {
  reason: 'delivery/late',
  by: 'reader',
  alone: false,
  mood: -0.6,
  dissatisfied: true,
  urgency: 'today',
  language: 'fr',
  messageId: 'm1',
};
const read = conversation('a', { reason: 'delivery/late', reading });

test.each([
  [{ reason: 'delivery' }, true],
  [{ reason: 'deliver' }, false],
  [{ reason: 'none' }, false],
  [{ mood: 'negative' }, true],
  [{ mood: 'neutral' }, false],
  [{ dissatisfied: true, urgency: 'today' }, true],
  [{ urgency: 'now' }, false],
] as const)('%o chooses it: %s', (filter, chosen) => {
  expect(fits(read, filter)).toBe(chosen);
});

test('what nobody read is to be sorted, and says nothing of moods', () => {
  expect(fits(conversation('b'), { reason: 'none' })).toBe(true);
  expect(fits(conversation('b'), { mood: 'neutral' })).toBe(false);
});

test('an address says it, and nonsense says nothing', () => {
  const filter = { reason: 'delivery/late', mood: 'negative', dissatisfied: true, urgency: 'now' } as const;
  expect(readFilter(filterQuery(filter))).toEqual(filter);
  expect(readFilter('reason=<x>&mood=blue&dissatisfied=1&urgency=')).toEqual({});
});

test('chosen again, a thing is let go of', () => {
  const negative = toggled(undefined, 'mood', 'negative');
  expect(toggled(negative, 'mood', 'positive')).toEqual({ mood: 'positive' });
  expect(toggled(negative, 'mood', 'negative')).toEqual({});
});

import { expect, test } from 'vitest';
import { dateText, momentDay, rangeText } from './dates.ts';

test('the first of a month is an ordinal in French only', () => {
  expect(dateText('2026-05-01', 'fr')).toBe('1er mai');
  expect(dateText('2026-05-11', 'fr')).toBe('11 mai');
  expect(dateText('2026-05-01', 'en')).toBe('1 May');
});

test('a range says the year where it is another', () => {
  expect(rangeText('2026-12-24', '2027-01-02', 'fr', 2026)).toBe('24 décembre – 2 janvier 2027');
  expect(rangeText('07-01', '08-31', 'en', 2026)).toBe('1 July – 31 August');
});

test('a moment is on the day that the clocks of its zone have', () => {
  expect(momentDay('2026-11-22T23:30:00Z', 'Europe/Paris', 'en')).toBe('Monday 23 November');
  expect(momentDay('2026-11-22T23:30:00Z', 'America/New_York', 'en')).toBe('Sunday 22 November');
});

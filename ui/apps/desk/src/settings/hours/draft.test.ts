import { expect, test } from 'vitest';
import type { Calendar } from '../routing-calls.ts';
import { HoursDraft } from './draft.svelte.ts';

const shop: Calendar = {
  id: '1',
  name: 'Boutique',
  openNow: false,
  version: 1,
  hours: {
    zone: 'Europe/Paris',
    week: [{ day: 1, from: '09:00', to: '18:00' }],
    country: 'FR',
    region: 'FR-57',
    worked: ['noel'],
  },
};

test('a calendar that was only read has not changed', () => {
  const draft = new HoursDraft(shop, 'UTC');
  expect(draft.changed).toBe(false);
  draft.name = 'Atelier';
  expect(draft.changed).toBe(true);
  draft.fill(shop);
  expect(draft.changed).toBe(false);
});

test('another country forgets the region and the holidays of the first', () => {
  const draft = new HoursDraft(shop, 'UTC');
  draft.settleIn('DE');
  expect(draft.hours).toEqual({ zone: 'Europe/Paris', week: shop.hours.week, country: 'DE' });
});

test('a substitute day is worked with its holiday', () => {
  const draft = new HoursDraft(shop, 'UTC');
  draft.work('christmas_observed', true);
  expect(draft.works('christmas')).toBe(true);
  draft.work('christmas', false);
  expect(draft.works('christmas_observed')).toBe(false);
});

test('a file takes the place of the file before, and of nothing written by hand', () => {
  const draft = new HoursDraft(shop, 'UTC');
  const day = (from: string) => ({ name: '', from, to: from });
  draft.keepDay(day('2026-12-24'));
  draft.keepImported([day('2026-05-01')]);
  draft.keepImported([day('2026-08-15')]);
  expect(draft.days.map(({ from, imported }) => [from, imported])).toEqual([
    ['2026-08-15', true],
    ['2026-12-24', undefined],
  ]);
});

test('a week that makes no sense is counted among what is to be corrected', () => {
  const draft = new HoursDraft(undefined, 'UTC');
  expect(draft.faults).toBe(1);
  draft.name = 'Nuit';
  draft.week = [
    { day: 1, from: '22:00', to: '06:00' },
    { day: 2, from: '05:00', to: '06:00' },
  ];
  expect(draft.faults).toBe(1);
});

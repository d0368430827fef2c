import { expect, test } from 'vitest';
import { buckets, change, effect, gather, plus, quadrantOf, shortDay, type Count } from './figures.ts';

test('days are added up so that the last seven are whole', () => {
  const days = [5, 1, 1, 1, 1, 1, 1, 2];
  expect(buckets(days, '2026-11-23', 'week')).toEqual([
    { day: '2026-11-23', n: 5 },
    { day: '2026-11-24', n: 8 },
  ]);
  expect(buckets([3, 4], '2026-12-31', 'day')).toEqual([
    { day: '2026-12-31', n: 3 },
    { day: '2027-01-01', n: 4 },
  ]);
  expect(buckets([], '2026-12-31', 'week')).toEqual([]);
  expect(plus('2026-03-28', 2)).toBe('2026-03-30');
});

test('a day is the same one wherever it is read', () => {
  expect([shortDay('2026-03-01', 'fr'), shortDay('2026-03-01', 'en')]).toEqual(['1 mars', '1 Mar']);
});

test('a change is told of what came before', () => {
  expect(change(15, 10)).toBeCloseTo(0.5);
  expect(change(3, 0)).toBeUndefined();
});

test('the place of a contact says what is to be done', () => {
  expect([quadrantOf(1, 1), quadrantOf(1, 0), quadrantOf(0, 1), quadrantOf(0, 0)]).toEqual([
    'leverage',
    'simplify',
    'automate',
    'eliminate',
  ]);
});

test('an action is weighed by whole weeks before and since', () => {
  const weeks = [10, 10, 10, 99, 4, 6];
  // It began in the middle of the fourth week, which is left out.
  expect(effect({ since: '2026-11-25', from: '2026-11-02', weeks })).toEqual({ before: 10, after: 5 });
  expect(effect({ from: '2026-11-02', weeks }).before).toBeUndefined();
  expect(effect({ since: '2027-11-25', from: '2026-11-02', weeks }).after).toBeUndefined();
});

test('a reason holds those beneath it and no others', () => {
  const count = (reason: string, contacts: number): Count => ({
    reason,
    contacts,
    before: 1,
    repeats: 0,
    handled: 1,
    handledFor: 60,
    days: [contacts],
  });
  const all = [count('delivery', 3), count('delivery/late', 2), count('delivery-old', 9)];
  expect(gather(all, 'delivery')).toMatchObject({ contacts: 5, handledFor: 120, days: [5] });
  expect(gather(all, 'stock')).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { count, percent, seconds } from './figures.ts';
import { brokenBy, hoursOf, peakOf, presenceOf, slotAt, type Forecast, type Plan, type PlannedSlot } from './plan.ts';

const midnight = Date.parse('2026-06-01T22:00:00Z'); // in Paris
const result = { came: 1, kept: 100, abandoned: 0, wait: 0 };

function slot(i: number, change: Partial<PlannedSlot> = {}): PlannedSlot {
  const at = new Date(midnight + i * 900_000).toISOString();
  return { at, expected: 1, low: 0, high: 3, needed: 2, agents: 2, ...result, ...change };
}
function planOf(slots: PlannedSlot[], change: Partial<Plan> = {}): Plan {
  const whole = { ...result, came: 200, kept: 96 };
  return {
    day: '2026-06-02',
    zone: 'Europe/Paris',
    settled: true,
    replications: 20,
    slots,
    whole,
    least: whole,
    leastAt: slots[0]?.at ?? '',
    ...change,
  };
}
function forecastOf(slots: PlannedSlot[], over: number): Forecast {
  return {
    day: '2026-06-02',
    zone: 'Europe/Paris',
    enough: true,
    days: 60,
    slots: slots.map(({ at, expected, low, high }, i) => ({
      at,
      expected,
      low,
      high,
      ...(i < over ? { actual: i } : {}),
    })),
  };
}

describe('a plan in hours', () => {
  it('weighs quarters by who came, and takes the most agents', () => {
    const slots = [
      slot(0, { came: 3, kept: 90, wait: 10 }),
      slot(1, { came: 1, kept: 50, wait: 30, agents: 4 }),
      slot(2, { came: 0, kept: 100 }),
      slot(3, { came: 0 }),
    ];
    const [hour] = hoursOf(planOf(slots), forecastOf(slots, 0));
    expect(hour).toMatchObject({ expected: 4, agents: 4, kept: 80, wait: 15 });
    expect(hour?.actual).toBeUndefined();
    expect(hour?.without).toBeUndefined();
  });
  it('says what came once the whole hour is over, and what is kept without those who are ill', () => {
    const ill = { came: 1, kept: 20, abandoned: 60, wait: 90 };
    const slots = Array.from({ length: 8 }, (_, i) => slot(i, { without: ill }));
    const hours = hoursOf(planOf(slots), forecastOf(slots, 6));
    expect(hours.map((h) => h.actual)).toEqual([0 + 1 + 2 + 3, undefined]);
    expect(hours[1]?.without).toEqual({ kept: 20, wait: 90 });
  });
  it('keeps every promise to nobody', () => {
    const slots = [slot(0, { came: 0, kept: 0 })];
    expect(hoursOf(planOf(slots), forecastOf(slots, 0))[0]).toMatchObject({ kept: 100, wait: 0 });
  });
});

describe('the figures of a plan', () => {
  const slots = Array.from({ length: 96 }, (_, i) => slot(i, { agents: i >= 40 && i < 44 ? 6 : 2 }));
  it('finds the first peak, the night and the hours on duty', () => {
    expect(peakOf(slots)?.at).toBe(slots[40]?.at);
    expect(slotAt(slots, 3, 'Europe/Paris')?.at).toBe('2026-06-02T01:00:00.000Z');
    expect(presenceOf(slots)).toBe((92 * 2 + 4 * 6) / 4);
    expect(peakOf([])).toBeUndefined();
  });
  it('counts the promises that absence breaks', () => {
    const plan = planOf(slots);
    expect(brokenBy(plan)).toBe(0);
    const without = { whole: { ...result, kept: 76 }, least: result, leastAt: '', absent: [] };
    expect(brokenBy({ ...plan, without })).toBe(40);
    expect(brokenBy({ ...plan, without: { ...without, whole: { ...result, kept: 97 } } })).toBe(0);
  });
});

describe('numbers as people write them', () => {
  const [fr, en] = [{ locale: 'fr' }, { locale: 'en' }] as const;
  it('writes shares', () => {
    expect(percent(96.94, fr)).toBe('96,9\u202f%');
    expect(percent(100, fr)).toBe('100\u202f%');
    expect(percent(5.25, en)).toBe('5.3%');
    expect(percent(0, en)).toBe('0%');
  });
  it('writes waits and counts', () => {
    expect(seconds(1.62, fr)).toBe('1,6\u202fs');
    expect(seconds(42.4, en)).toBe('42\u202fs');
    expect(seconds(127, fr)).toBe('2\u202fmin\u202f7\u202fs');
    expect(seconds(119.8, fr)).toBe('2\u202fmin');
    expect(count(2.64, fr)).toBe('2,6');
    expect(count(26.4, fr)).toBe('26');
  });
});

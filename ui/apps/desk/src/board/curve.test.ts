import { describe, expect, it } from 'vitest';
import { current, nowStep, over, spark, stretch, surprise, type Slot } from './curve.ts';

const midnight = Date.parse('2026-11-23T23:00:00Z');
const at = (hour: number) => midnight + hour * 3_600_000;
/** A day in Paris, with what came until now. */
const day = (now: number, actual: (i: number) => number, expected?: (i: number) => number): Slot[] =>
  Array.from({ length: 48 }, (_, i) => ({
    at: new Date(at(i / 2)).toISOString(),
    ...(at(i / 2) <= now ? { actual: actual(i) } : {}),
    ...(expected ? { forecast: { expected: expected(i), low: 0, high: expected(i) + 2 } } : {}),
  }));

describe('the day', () => {
  const now = at(10.25);
  const slots = day(
    now,
    (i) => (i >= 16 ? i : 0),
    (i) => (i >= 15 && i < 39 ? 5 : 0),
  );
  it('is drawn in whole hours where something comes', () => {
    expect(stretch(slots, now)).toEqual([14, 40]);
    expect(
      stretch(
        day(now, () => 0),
        now,
      ),
    ).toEqual([16, 40]);
    expect(
      stretch(
        day(at(3.1), () => 0),
        at(3.1),
      ),
    ).toEqual([6, 40]);
  });
  it('knows the half hour that is going on', () => {
    expect(current(slots, now)).toBe(20);
    expect(nowStep(slots, now)).toBe(20.5);
    expect(current(slots, at(24) + 1)).toBe(47);
    expect(nowStep([], now)).toBe(0);
  });
  it('draws only what is over: the running half hour would look like a fall', () => {
    expect(over(slots, now)).toHaveLength(20);
    expect(over(slots, now).at(-1)).toBe(19);
  });
  it('points at a half hour beyond its margin', () => {
    expect(surprise(slots, now)?.actual).toBe(19);
    expect(
      surprise(
        day(
          now,
          () => 0,
          () => 5,
        ),
        now,
      ),
    ).toBeUndefined();
    expect(
      surprise(
        day(now, () => 9),
        now,
      ),
    ).toBeUndefined();
  });
});

describe('a sparkline', () => {
  it('lies at the bottom when nothing came', () => {
    expect(spark([0, 0, 0], 80, 20)).toBe('0,20 40,20 80,20');
  });
  it('has its greatest at the top', () => {
    expect(spark([1, 4, 2], 80, 20)).toBe('0,15 40,0 80,10');
    expect(spark([1], 80, 20)).toBe('0,15');
  });
});

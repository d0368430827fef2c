import { expect, test } from 'vitest';
import { dots, share, span, ticks } from './answers.ts';

test('an answer stands at its time and its seconds, what took long at the top', () => {
  const from = Date.parse('2026-03-02T00:00:00Z');
  const to = from + 86_400_000;
  const at = (pressedAt: string, after: number) => dots([{ pressedAt, after }], from, to)[0];
  expect(at('2026-03-02T12:00:00Z', 15)).toMatchObject({ left: 50, top: 75, kept: true });
  expect(at('2026-03-02T18:00:00Z', 15.1)).toMatchObject({ left: 75, kept: false });
  expect(at('2026-03-03T06:00:00Z', 300)).toMatchObject({ left: 100, top: 0, kept: false });
});

test('a share is never rounded up to all', () => {
  expect(share({ kept: 0, promised: 0 })).toBeUndefined();
  expect(share({ kept: 9999, promised: 10_000 })).toBe(99.9);
  expect(share({ kept: 3, promised: 3 })).toBe(100);
});

test('a span begins and ends at midnight, and has its marks inside', () => {
  const now = new Date(2026, 2, 29, 15, 30).getTime();
  for (const days of [1, 7, 28]) {
    const { from, to } = span(days, now);
    expect(new Date(from).getHours() + new Date(to).getHours()).toBe(0);
    expect(Math.round((to - from) / 86_400_000)).toBe(days);
    const marks = ticks(days, from);
    expect(marks.length).toBe({ 1: 6, 7: 7, 28: 4 }[days]);
    expect(marks.every((mark) => mark >= from && mark < to)).toBe(true);
  }
});

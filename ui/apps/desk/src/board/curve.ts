import type { Board } from './figures.ts';

export type Slot = Board['curve']['slots'][number];

/** The stretch of the day that is drawn, as [from, to) slots: where something comes, in whole hours, and always with now. */
export function stretch(slots: readonly Slot[], now: number): [from: number, to: number] {
  const alive = (s: Slot) => (s.actual ?? 0) > 0 || (s.forecast?.expected ?? 0) >= 0.5;
  const first = slots.findIndex(alive);
  const last = slots.reduce((found, s, i) => (alive(s) ? i : found), -1);
  const at = current(slots, now);
  if (first < 0) return whole(Math.min(at, 16), Math.max(at + 1, 40), slots.length);
  return whole(Math.min(first, at), Math.max(last + 1, at + 1, first + 8), slots.length);
}

const whole = (from: number, to: number, most: number): [number, number] => [
  Math.max(0, from - (from % 2)),
  Math.min(most, to + (to % 2)),
];

/** The slot that is going on; the last once the day is over. */
export function current(slots: readonly Slot[], now: number): number {
  const after = slots.findIndex((s) => Date.parse(s.at) > now);
  return (after < 0 ? slots.length : after) - 1;
}

/** Where now is between the slots, in slots. */
export function nowStep(slots: readonly Slot[], now: number): number {
  const at = Math.max(0, current(slots, now));
  const begin = Date.parse(slots[at]?.at ?? '');
  return Number.isNaN(begin) ? 0 : at + Math.min(1, Math.max(0, (now - begin) / 1_800_000));
}

/** Values of slots that are over: the running one would look like a fall. */
export function over(slots: readonly Slot[], now: number): number[] {
  const running = current(slots, now);
  return slots.slice(0, Math.max(0, running)).map((s) => s.actual ?? 0);
}

/** The points of a sparkline of a width and a height, the greatest at the top. One or two are no summit: the scale has four steps at least. */
export function spark(values: readonly number[], width: number, height: number): string {
  const top = Math.max(4, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const round = (n: number) => Math.round(n * 10) / 10;
  return values.map((n, i) => `${round(i * step)},${round(height - (n / top) * height)}`).join(' ');
}

/** The last slot that is over and in which more came than was to be expected. */
export function surprise(slots: readonly Slot[], now: number): Slot | undefined {
  const last = slots[current(slots, now) - 1];
  return last?.forecast && (last.actual ?? 0) > last.forecast.high ? last : undefined;
}

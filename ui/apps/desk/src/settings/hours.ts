/** Opening hours as an administrator edits them: any number of slots a day, Monday (1) first. */
export interface Slot {
  day: number;
  from: string;
  to: string;
}

export type SlotProblem = 'time' | 'order' | 'overlap';

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const MIDNIGHT = 24 * 60;

/** Minutes since midnight; a closing time of 00:00 or 24:00 is the end of the day. Undefined when it is not a time. */
export function minutes(clock: string, closing = false): number | undefined {
  if (closing && (clock === '24:00' || clock === '00:00')) return MIDNIGHT;
  if (!CLOCK.test(clock)) return undefined;
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** The first thing wrong with each slot, in the order of `week`; undefined where nothing is. */
export function problems(week: readonly Slot[]): (SlotProblem | undefined)[] {
  return week.map((slot, at) => {
    const from = minutes(slot.from);
    const to = minutes(slot.to, true);
    if (from === undefined || to === undefined) return 'time';
    if (from >= to) return 'order';
    const clashes = week.some((other, index) => index < at && other.day === slot.day && overlap(slot, other));
    return clashes ? 'overlap' : undefined;
  });
}

function overlap(a: Slot, b: Slot): boolean {
  const [from, to] = [minutes(a.from), minutes(a.to, true)];
  const [start, end] = [minutes(b.from), minutes(b.to, true)];
  if (from === undefined || to === undefined || start === undefined || end === undefined) return false;
  return from < end && start < to;
}

/** As it travels: the end of the day is written 24:00 there, and 00:00 in a browser's time field. */
export function toWire(week: readonly Slot[]): Slot[] {
  return sorted(week).map((slot) => (slot.to === '00:00' ? { ...slot, to: '24:00' } : slot));
}

export function fromWire(week: readonly Slot[]): Slot[] {
  return sorted(week).map((slot) => (slot.to === '24:00' ? { ...slot, to: '00:00' } : { ...slot }));
}

/** Sorted by day, then by hour: the shape that is saved. */
export function sorted(week: readonly Slot[]): Slot[] {
  return [...week].sort((a, b) => a.day - b.day || a.from.localeCompare(b.from));
}

/** The slot that pressing "add" proposes: the usual day, or two hours after the last slot of that day. */
export function nextSlot(week: readonly Slot[], day: number): Slot {
  const ends = week.filter((slot) => slot.day === day).map((slot) => minutes(slot.to, true) ?? 0);
  if (ends.length === 0) return { day, from: '09:00', to: '18:00' };
  const from = Math.min(Math.max(...ends) + 60, MIDNIGHT - 60);
  return { day, from: clock(from), to: clock(Math.min(from + 4 * 60, MIDNIGHT - 1)) };
}

/** The same hours as `day` on each of `days`; other days stay as they are. */
export function copyDay(week: readonly Slot[], day: number, days: readonly number[]): Slot[] {
  const model = week.filter((slot) => slot.day === day);
  const others = week.filter((slot) => slot.day === day || !days.includes(slot.day));
  const copies = days
    .filter((target) => target !== day)
    .flatMap((target) => model.map((slot) => ({ ...slot, day: target })));
  return sorted([...others, ...copies]);
}

function clock(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

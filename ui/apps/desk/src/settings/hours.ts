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

/**
 * A time as people write it ("9", "9h30", "9 h 30", "930", "18.30", "6pm") in the form that is saved ("09:30"); what is no time
 * stays as it was typed. The end of the day closes at 24:00, also when written 0:00.
 */
export function readClock(typed: string, closing = false): string {
  const text = typed.trim().toLowerCase();
  const match = /^(\d{1,2})(?:\s*[h:.]\s*(\d{2})?|(\d{2}))?\s*(am|pm)?$/.exec(text);
  if (!match) return text;
  const minute = match[2] ?? match[3] ?? '00';
  const hour = (Number(match[1]) % (match[4] ? 12 : 100)) + (match[4] === 'pm' ? 12 : 0);
  const read = `${String(hour).padStart(2, '0')}:${minute}`;
  return closing && read === '00:00' ? '24:00' : read;
}

/** Minutes since midnight; only a closing time may be 24:00. Undefined when it is not a time. */
export function minutes(clock: string, closing = false): number | undefined {
  if (closing && clock === '24:00') return MIDNIGHT;
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

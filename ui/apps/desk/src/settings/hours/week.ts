import { minutes } from '../hours.ts';

/** A stretch of a weekday, 1 for Monday to 7; a closing at or before the opening lies on the next day. */
export interface Slot {
  day: number;
  from: string;
  to: string;
}
export type SlotProblem = 'time' | 'overlap';

const aDay = 24 * 60;
const aWeek = 7 * aDay;

/** Minutes from Monday 00:00 to when it begins and ends; the end may lie in the week after. */
export function stretch(slot: Slot): { start: number; end: number } | undefined {
  const from = minutes(slot.from);
  const to = minutes(slot.to, true);
  if (from === undefined || to === undefined) return undefined;
  const start = (slot.day - 1) * aDay + from;
  return { start, end: start + (to > from ? to - from : to - from + aDay) };
}

/** Whether it runs over midnight. */
export function overnight(slot: Slot): boolean {
  const from = minutes(slot.from);
  const to = minutes(slot.to, true);
  return from !== undefined && to !== undefined && to <= from;
}

/** The first thing wrong with each slot, in the order of `week`; undefined where nothing is. */
export function problemsOf(week: readonly Slot[]): (SlotProblem | undefined)[] {
  const all = week.map(stretch);
  return all.map((one, at) => {
    if (!one) return 'time';
    return all.some((other, index) => index < at && other && meet(one, other)) ? 'overlap' : undefined;
  });
}

type Stretch = { start: number; end: number };
const meet = (a: Stretch, b: Stretch) =>
  [-aWeek, 0, aWeek].some((shift) => a.start < b.end + shift && b.start + shift < a.end);

/** What of a week is open on one day, in minutes since its midnight, with what the night before leaves. */
export function barsOf(week: readonly Slot[], day: number): { from: number; to: number }[] {
  const begin = (day - 1) * aDay;
  const bars = week.flatMap((slot) => {
    const one = stretch(slot);
    if (!one) return [];
    return [0, aWeek].flatMap((shift) => {
      const from = Math.max(one.start - shift, begin);
      const to = Math.min(one.end - shift, begin + aDay);
      return from < to ? [{ from: from - begin, to: to - begin }] : [];
    });
  });
  return bars.sort((a, b) => a.from - b.from);
}

/** Days that follow one another with the same hours; days without any are left out. */
export function groupsOf(week: readonly Slot[]): { first: number; last: number; slots: Slot[] }[] {
  const groups: { first: number; last: number; slots: Slot[] }[] = [];
  for (let day = 1; day <= 7; day++) {
    const slots = week.filter((slot) => slot.day === day).sort((a, b) => a.from.localeCompare(b.from));
    if (slots.length === 0) continue;
    const before = groups.at(-1);
    if (before && before.last === day - 1 && same(before.slots, slots)) before.last = day;
    else groups.push({ first: day, last: day, slots });
  }
  return groups;
}

function same(a: readonly Slot[], b: readonly Slot[]): boolean {
  return a.length === b.length && a.every((slot, at) => slot.from === b[at]?.from && slot.to === b[at]?.to);
}

/** "lun. – ven. 09:00–18:00, sam. 10:00–12:00" */
export function weekText(week: readonly Slot[], name: (day: number) => string, always: string): string {
  const groups = groupsOf(week);
  const [only] = groups;
  const whole = (slots: readonly Slot[]) => slots.length === 1 && slots[0]?.from === '00:00' && slots[0].to === '24:00';
  if (groups.length === 1 && only && only.last - only.first === 6 && whole(only.slots)) return always;
  return groups
    .map(({ first, last, slots }) => {
      const days = first === last ? name(first) : `${name(first)}${last - first === 1 ? ', ' : ' – '}${name(last)}`;
      return `${days} ${slots.map((slot) => `${slot.from}–${slot.to}`).join(', ')}`;
    })
    .join(' · ');
}

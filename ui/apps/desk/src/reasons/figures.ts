import type { Answer, Body } from '@visavis/client';

export type Board = Answer<'get', '/reasons/board'>;
export type Count = Board['reasons'][number];
export type Contacts = Answer<'get', '/reasons/contacts'>;
export type Fresh = Answer<'get', '/reasons/new'>['items'][number];
export type Action = Answer<'put', '/reasons/actions'>;
export type Searched = Answer<'get', '/reasons/searches'>;
export type Rate = Board['rate'];
export type Plan = Body<'put', '/reasons/actions'>;
export type Quadrant = Action['quadrant'];

export const quadrants = ['simplify', 'leverage', 'eliminate', 'automate'] as const satisfies readonly Quadrant[];

const dayMs = 86_400_000;

/** A day some days later, as "2026-11-30". */
export const plus = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);

/** "12 oct.": a day of the calendar is the same one wherever it is read. */
export const shortDay = (day: string, locale: 'fr' | 'en'): string =>
  new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(Date.parse(day));

/** Days added up: each alone, or by seven of them so that the last seven are whole. Each with the day on which it begins. */
export function buckets(days: readonly number[], from: string, by: 'day' | 'week'): { day: string; n: number }[] {
  if (by === 'day') return days.map((n, i) => ({ day: plus(from, i), n }));
  const out: { day: string; n: number }[] = [];
  for (let end = days.length; end > 0; end -= 7) {
    const begin = Math.max(0, end - 7);
    out.unshift({ day: plus(from, begin), n: days.slice(begin, end).reduce((sum, n) => sum + n, 0) });
  }
  return out;
}

/** By how much more or less came than before, as a share; undefined where nothing came before. */
export const change = (now: number, before: number): number | undefined => (before > 0 ? now / before - 1 : undefined);

export const sum = (all: readonly number[]): number => all.reduce((total, n) => total + n, 0);

/** What an action stands for: the border belongs to those who value the contact less. */
export function quadrantOf(customer: number, house: number): Quadrant {
  if (customer > 0) return house > 0 ? 'leverage' : 'simplify';
  return house > 0 ? 'automate' : 'eliminate';
}

/** Contacts a week before an action began and since, as means of whole weeks; undefined where there is no such week. */
export function effect(action: Pick<Action, 'since' | 'from' | 'weeks'>): {
  before: number | undefined;
  after: number | undefined;
} {
  const { since, from, weeks } = action;
  if (!since) return { before: undefined, after: undefined };
  const at = Math.ceil((Date.parse(since) - Date.parse(from)) / dayMs / 7);
  const mean = (some: readonly number[]) => (some.length > 0 ? sum(some) / some.length : undefined);
  const before = weeks.slice(Math.max(0, at - 9), Math.max(0, at - 1));
  return { before: mean(before), after: mean(weeks.slice(Math.max(0, at))) };
}

/** Figures of a reason with all that lie beneath it. */
export function gather(counts: readonly Count[], key: string): Count | undefined {
  const all = counts.filter(({ reason }) => reason === key || reason.startsWith(`${key}/`));
  const [first] = all;
  if (!first) return undefined;
  const total = (pick: (c: Count) => number) => sum(all.map(pick));
  const cost = all.some((c) => c.cost !== undefined) ? total((c) => c.cost ?? 0) : undefined;
  return {
    reason: key,
    contacts: total((c) => c.contacts),
    before: total((c) => c.before),
    repeats: total((c) => c.repeats),
    handled: total((c) => c.handled),
    handledFor: total((c) => c.handledFor),
    days: first.days.map((_, i) => total((c) => c.days[i] ?? 0)),
    ...(cost === undefined ? {} : { cost }),
  };
}

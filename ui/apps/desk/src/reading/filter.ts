import type { Conversation, Urgency } from '@visavis/client';
import type { IconName } from '@visavis/kit';
import { within } from './tree.ts';

export const feelings = ['negative', 'neutral', 'positive'] as const;
export type Feeling = (typeof feelings)[number];
export const faces: Record<Feeling, IconName> = { negative: 'frown', neutral: 'calm', positive: 'smile' };
export const urgencies = ['now', 'today', 'whenever'] as const satisfies readonly Urgency[];

/** Which conversations of a list, by what their words say. */
export interface ReadingFilter {
  /** A key, with those beneath it; "none" for what is left to people to sort. */
  reason?: string;
  mood?: Feeling;
  dissatisfied?: true;
  urgency?: Urgency;
}

/** Beyond this a mood is more than neutral, as the server sees it. */
const felt = 0.2;

export function feelingOf(mood: number): Feeling {
  if (mood < -felt) return 'negative';
  return mood > felt ? 'positive' : 'neutral';
}

export function fits({ reason, reading }: Conversation, filter: ReadingFilter): boolean {
  if (filter.reason === 'none' ? reason !== '' : filter.reason && !within(reason, filter.reason)) return false;
  if (filter.mood && (!reading || feelingOf(reading.mood) !== filter.mood)) return false;
  if (filter.dissatisfied && !reading?.dissatisfied) return false;
  return !filter.urgency || reading?.urgency === filter.urgency;
}

export function isFiltered(filter: ReadingFilter | undefined): filter is ReadingFilter {
  return filter !== undefined && Object.keys(filter).length > 0;
}

/** "reason=delivery&mood=negative", the same for the address bar and for the server; "" for everything. */
export function filterQuery(filter: ReadingFilter = {}): string {
  const query = new URLSearchParams();
  for (const name of ['reason', 'mood', 'dissatisfied', 'urgency'] as const)
    if (filter[name]) query.set(name, String(filter[name]));
  return query.toString();
}

/** What an address says; words that mean nothing are left out. */
export function readFilter(query: string): ReadingFilter {
  const said = new URLSearchParams(query);
  const reason = said.get('reason') ?? '';
  const mood = feelings.find((one) => one === said.get('mood'));
  const urgency = urgencies.find((one) => one === said.get('urgency'));
  return {
    ...(/^[a-z0-9/-]{1,120}$/.test(reason) ? { reason } : {}),
    ...(mood ? { mood } : {}),
    ...(said.get('dissatisfied') === 'true' ? { dissatisfied: true as const } : {}),
    ...(urgency ? { urgency } : {}),
  };
}

/** Chooses one thing, or lets go of it when it was chosen. */
export function toggled<K extends keyof ReadingFilter>(
  filter: ReadingFilter | undefined,
  name: K,
  value: ReadingFilter[K],
): ReadingFilter {
  const { [name]: before, ...rest } = filter ?? {};
  return before === value ? rest : { ...rest, [name]: value };
}

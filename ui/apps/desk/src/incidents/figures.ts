import type { IncidentDetail } from '@visavis/client';

type Tally = IncidentDetail['tallies'][number];
export type Square = IncidentDetail['map'][number];
/** The one square of the map that is looked at; '' is an unknown place. */
export interface Narrow {
  place: string;
  channelId: string;
}
export type TextKind = 'holding' | 'solved' | 'banner';
export type Share = readonly [key: string, conversations: number];

/** How many conversations share one thing, the most first. */
export function shares(tallies: readonly Tally[], of: (one: Tally) => string): Share[] {
  const sums = new Map<string, number>();
  for (const one of tallies) sums.set(of(one), (sums.get(of(one)) ?? 0) + one.conversations);
  return [...sums].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** The places of those whose place is known, the most first, with the share of all that each has, and usually had. */
export function placed(
  tallies: readonly Tally[],
  usually: Readonly<Record<string, number>> = {},
): { place: string; n: number; share: number; usual: number | undefined }[] {
  const rows = shares(
    tallies.filter(({ place }) => place),
    ({ place = '' }) => place,
  );
  const all = rows.reduce((n, [, one]) => n + one, 0);
  const known = Object.keys(usually).length > 0;
  return rows.map(([place, n]) => ({ place, n, share: n / all, usual: known ? (usually[place] ?? 0) : undefined }));
}

/** A square with how many would be usual among so many customers, and how hot it is: from 1, as usual, to 4. */
export type Heat = Square & { expected: number | undefined; level: 1 | 2 | 3 | 4 };

/** The map as a table: channels and places, the most customers first and the unknown place last. */
export function heat(squares: readonly Square[]): {
  channels: { id: string; n: number }[];
  rows: { place: string; n: number; squares: (Heat | undefined)[] }[];
  compared: boolean;
} {
  const total = (of: readonly Square[]) => of.reduce((n, { customers }) => n + customers, 0);
  const groups = (key: (one: Square) => string) =>
    [...new Set(squares.map(key))]
      .map((is) => ({ is, of: squares.filter((one) => key(one) === is) }))
      .map(({ is, of }) => ({ is, of, n: total(of) }))
      .sort((a, b) => Number(a.is === '') - Number(b.is === '') || b.n - a.n || a.is.localeCompare(b.is));
  const all = total(squares.filter(({ place }) => place));
  const most = Math.max(...squares.map(({ customers }) => customers), 1);
  const channels = groups(({ channelId }) => channelId).map(({ is, n }) => ({ id: is, n }));
  const compared = squares.some(({ usual }) => usual !== undefined);
  const hot = (one: Square): Heat => {
    const expected = one.usual === undefined ? undefined : one.usual * all;
    // Where nothing is usual, the most is the hottest; one customer alone is never hot.
    const times = expected === undefined ? (compared ? 1 : (6 * one.customers) / most) : one.customers / expected;
    const level = one.customers < 2 ? 1 : times >= 6 ? 4 : times >= 3 ? 3 : times >= 1.5 ? 2 : 1;
    return { ...one, expected, level };
  };
  const rows = groups(({ place = '' }) => place).map(({ is, of, n }) => ({
    place: is,
    n,
    squares: channels.map(({ id }) => {
      const found = of.find(({ channelId }) => channelId === id);
      return found && hot(found);
    }),
  }));
  return { channels, rows, compared };
}

/** Whether a conversation is of the square that is looked at; of all where none is. */
export const within = (narrow: Narrow | undefined) => (one: { place?: string; channelId: string }) =>
  !narrow || ((one.place ?? '') === narrow.place && one.channelId === narrow.channelId);

/** An instant as a field of date and time has it, by the clock of this machine. */
export function asInput(at: number): string {
  const pad = (n: number) => String(n).padStart(2, '0');
  const d = new Date(at);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

export const sum = (tallies: readonly Tally[], what: 'conversations' | 'held' | 'told'): number =>
  tallies.reduce((all, one) => all + one[what], 0);

/** In which languages so many are told: the other one where theirs has no text. */
export function spoken(
  tallies: readonly Tally[],
  words: { fr?: string | undefined; en?: string | undefined },
): { fr: number; en: number } {
  const all = sum(tallies, 'conversations');
  if (!words.fr || !words.en) return words.fr ? { fr: all, en: 0 } : { fr: 0, en: words.en ? all : 0 };
  const fr = tallies.filter(({ language }) => language?.startsWith('fr')).reduce((n, one) => n + one.conversations, 0);
  return { fr, en: all - fr };
}

/** A text cut at the words that are looked for, whatever their accents and capitals; those at odd places are found. */
export function lit(text: string, words: readonly string[]): string[] {
  if (words.length === 0) return [text];
  const any = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.split(new RegExp(`(?<![\\p{L}])(${any})(?![\\p{L}])`, 'giu'));
}

/** Everything that happened, in order. */
export type Happening =
  | { at: string; kind: 'first' | 'opened' }
  | { at: string; kind: 'sighting'; source: string }
  | { at: string; kind: 'signal' | 'signal.end'; source: string; title: string }
  | { at: string; kind: 'deed'; deed: IncidentDetail['deeds'][number] };

export function happenings({ concerned, openedAt, signals, sighting, deeds }: IncidentDetail): Happening[] {
  const all: Happening[] = [{ at: openedAt, kind: 'opened' }];
  const [first] = concerned;
  if (first) all.push({ at: first.at, kind: 'first' });
  for (const { source, title, key, at, endedAt } of signals) {
    all.push({ at, kind: 'signal', source, title: title || key });
    if (endedAt) all.push({ at: endedAt, kind: 'signal.end', source, title: title || key });
  }
  if (sighting) all.push({ at: sighting.at, kind: 'sighting', source: sighting.source ?? '' });
  for (const deed of deeds) all.push({ at: deed.at, kind: 'deed', deed });
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

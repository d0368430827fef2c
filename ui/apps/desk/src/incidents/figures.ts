import type { IncidentDetail } from '@visavis/client';

type Tally = IncidentDetail['tallies'][number];
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
  | { at: string; kind: 'signal' | 'signal.end'; source: string; title: string }
  | { at: string; kind: 'deed'; deed: IncidentDetail['deeds'][number] };

export function happenings({ concerned, openedAt, signals, deeds }: IncidentDetail): Happening[] {
  const all: Happening[] = [{ at: openedAt, kind: 'opened' }];
  const [first] = concerned;
  if (first) all.push({ at: first.at, kind: 'first' });
  for (const { source, title, key, at, endedAt } of signals) {
    all.push({ at, kind: 'signal', source, title: title || key });
    if (endedAt) all.push({ at: endedAt, kind: 'signal.end', source, title: title || key });
  }
  for (const deed of deeds) all.push({ at: deed.at, kind: 'deed', deed });
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

import { lengthText } from '../duration.ts';
import type { Term, TermKind, Terms } from '../routing-calls.ts';
import type { RoutingSay } from '../routing-words.ts';

export const termKinds: readonly TermKind[] = ['acknowledge', 'first', 'next', 'resolve'];
export type TermMode = 'none' | 'open' | 'always' | 'days' | 'sameDay';

/** A term as a form holds it: what is not chosen keeps its last value. */
export interface TermDraft {
  mode: TermMode;
  seconds: number;
  days: number;
}

const usual: Record<TermKind, TermDraft> = {
  acknowledge: { mode: 'none', seconds: 60, days: 1 },
  first: { mode: 'none', seconds: 3600, days: 1 },
  next: { mode: 'none', seconds: 2 * 3600, days: 1 },
  resolve: { mode: 'none', seconds: 24 * 3600, days: 2 },
};

export function draftOf(kind: TermKind, term: Term | undefined): TermDraft {
  const draft = { ...usual[kind] };
  if (!term) return draft;
  if (term.sameDay) return { ...draft, mode: 'sameDay' };
  if (term.days) return { ...draft, mode: 'days', days: term.days };
  return { ...draft, mode: term.always ? 'always' : 'open', seconds: term.for ?? draft.seconds };
}

export function termOf({ mode, seconds, days }: TermDraft): Term | undefined {
  switch (mode) {
    case 'none':
      return undefined;
    case 'sameDay':
      return { sameDay: true };
    case 'days':
      return { days };
    case 'open':
      return { for: seconds };
    case 'always':
      return { for: seconds, always: true };
  }
}

/** What cannot be promised: no time at all, or more than a year of it. */
export function wrongTerm({ mode, seconds, days }: TermDraft): boolean {
  if (mode === 'open' || mode === 'always') return !(seconds >= 1 && seconds <= 31_536_000);
  return mode === 'days' && !(Number.isInteger(days) && days >= 1 && days <= 90);
}

/** "en 1 min", "en 4 h d’ouverture", "en 2 jours ouverts", "le jour même" */
export function termText(term: Term, t: RoutingSay, locale: 'fr' | 'en'): string {
  if (term.sameDay) return t('term.sameDay');
  if (term.days) return t('term.days', { n: term.days });
  const time = lengthText(term.for ?? 0, locale);
  if (term.always) return t('term.always', { time });
  return t((term.for ?? 0) < 3600 ? 'term.soon' : 'term.open', { time });
}

/** "première réponse en 1 min ; résolution avant la fermeture" */
export function termsText(terms: Terms, t: RoutingSay, locale: 'fr' | 'en'): string {
  const parts = termKinds.flatMap((kind) => {
    const term = terms[kind];
    return term ? [t(`promised.${kind}`, { term: termText(term, t, locale) })] : [];
  });
  return parts.join(locale === 'fr' ? '\u202f; ' : '; ') || t('promised.nothing');
}

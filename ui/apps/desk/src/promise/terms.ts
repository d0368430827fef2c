import type { Term } from '@visavis/client';
import type { PromiseVoice } from './words.ts';

/** How long a promise was given for, in words: "4 h d’heures d’ouverture", "le jour même", "2 jours ouvrés". */
export function termText({ for: seconds, days, sameDay, always }: Term, { t, lasting }: PromiseVoice): string {
  if (sameDay) return t('terms.sameDay');
  if (days) return t('terms.days', { n: days });
  const time = lasting((seconds ?? 0) * 1000);
  return always ? t('terms.for', { time }) : t('terms.for.open', { time });
}

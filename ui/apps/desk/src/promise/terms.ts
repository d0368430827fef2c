import type { Term } from '@visavis/client';
import type { PromiseVoice } from './words.ts';

/** A moment near now, behind or ahead: "10 h 12", "hier 18 h", "demain 9 h". */
export function momentText(at: string | number, { now, time, when, clock, until }: PromiseVoice): string {
  const moment = new Date(at);
  if (moment.getTime() > now) return until(moment);
  return when(moment) === time(moment) ? clock(moment) : `${when(moment)} ${clock(moment)}`;
}

/** How long a promise was given for, in words: "4 h d’heures d’ouverture", "le jour même", "2 jours ouvrés". */
export function termText({ for: seconds, days, sameDay, always }: Term, { t, lasting }: PromiseVoice): string {
  if (sameDay) return t('terms.sameDay');
  if (days) return t('terms.days', { n: days });
  const time = lasting((seconds ?? 0) * 1000);
  return always ? t('terms.for', { time }) : t('terms.for.open', { time });
}

import type { Incident } from '@visavis/client';
import { useI18n, type I18n } from '@visavis/kit';
import { incidentsEn } from '../strings/incidents.en.ts';
import { incidentsFr } from '../strings/incidents.fr.ts';

export type IncidentWords = typeof incidentsFr;
export type IncidentVoice = I18n<IncidentWords>;
export const incidentWords = { fr: incidentsFr, en: incidentsEn };

export function useIncidentWords(): IncidentVoice {
  return useI18n<IncidentWords>(incidentWords);
}

/** "depuis 23:52", or "jeu. · a duré 1 h 24" once it is over: an hour says more than yesterday until a day has gone by. */
export function spanOf(voice: IncidentVoice, { openedAt, endedAt }: Pick<Incident, 'openedAt' | 'endedAt'>): string {
  const from = Date.parse(openedAt);
  const lately = voice.now - from < 24 * 3600_000;
  const when = lately ? voice.time(openedAt) : voice.when(openedAt);
  if (!endedAt) return voice.t('inc.since', { when });
  return `${when} · ${voice.t('inc.lasted', { for: voice.lasting(Date.parse(endedAt) - from) })}`;
}

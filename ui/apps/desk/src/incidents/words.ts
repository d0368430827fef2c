import { useI18n, type I18n } from '@visavis/kit';
import { incidentsEn } from '../strings/incidents.en.ts';
import { incidentsFr } from '../strings/incidents.fr.ts';

export type IncidentWords = typeof incidentsFr;
export type IncidentVoice = I18n<IncidentWords>;
export const incidentWords = { fr: incidentsFr, en: incidentsEn };

export function useIncidentWords(): IncidentVoice {
  return useI18n<IncidentWords>(incidentWords);
}

import { useI18n, type I18n } from '@visavis/kit';
import { sosEn } from '../strings/sos.en.ts';
import { sosFr } from '../strings/sos.fr.ts';

export type SosWords = typeof sosFr;
export type SosVoice = I18n<SosWords>;

/** Both languages of live assistance, for state that speaks by toasts. */
export const sosWords = { fr: sosFr, en: sosEn };

export function useWords(): SosVoice {
  return useI18n<SosWords>(sosWords);
}

import { useI18n, type I18n } from '@visavis/kit';
import { reasonsEn } from '../strings/reasons.en.ts';
import { reasonsFr } from '../strings/reasons.fr.ts';

export type ReasonsWords = typeof reasonsFr;
export type ReasonsVoice = I18n<ReasonsWords>;

export const reasonsWords = { fr: reasonsFr, en: reasonsEn };

export function useWords(): ReasonsVoice {
  return useI18n<ReasonsWords>(reasonsWords);
}

import { useI18n, type I18n } from '@visavis/kit';
import { checkEn } from '../../strings/check.en.ts';
import { checkFr } from '../../strings/check.fr.ts';

export type CheckWords = typeof checkFr;

/** The words of the section about the ways of live assistance. */
export function useCheckWords(): I18n<CheckWords> {
  return useI18n<CheckWords>({ fr: checkFr, en: checkEn });
}

import { useI18n, type I18n } from '@visavis/kit';
import { staffingEn } from '../strings/staffing.en.ts';
import { staffingFr } from '../strings/staffing.fr.ts';

export type StaffingWords = typeof staffingFr;

export function useWords(): I18n<StaffingWords> {
  return useI18n<StaffingWords>({ fr: staffingFr, en: staffingEn });
}

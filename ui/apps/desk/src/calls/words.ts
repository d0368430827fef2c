import { useI18n, type I18n } from '@visavis/kit';
import { callsEn } from '../strings/calls.en.ts';
import { callsFr } from '../strings/calls.fr.ts';

export function useWords(): I18n<typeof callsFr> {
  return useI18n<typeof callsFr>({ fr: callsFr, en: callsEn });
}

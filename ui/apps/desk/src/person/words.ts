import { useI18n, type I18n } from '@visavis/kit';
import { personEn } from '../strings/person.en.ts';
import { personFr } from '../strings/person.fr.ts';

export type PersonWords = typeof personFr;

export function usePersonWords(): I18n<PersonWords> {
  return useI18n<PersonWords>({ fr: personFr, en: personEn });
}

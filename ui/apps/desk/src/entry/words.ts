import { useI18n, type I18n } from '@visavis/kit';
import { entryEn } from '../strings/entry.en.ts';
import { entryFr } from '../strings/entry.fr.ts';
import { LONGEST, SHORTEST } from '../person/password.ts';

export type EntryWords = typeof entryFr;
export type Say = I18n<EntryWords>['t'];

export function useEntryWords(): I18n<EntryWords> {
  return useI18n<EntryWords>({ fr: entryFr, en: entryEn });
}

/** Why a password cannot be taken at all. */
export function passwordFault(password: string, t: Say): string {
  const length = [...password].length;
  if (length === 0) return t('fault.password.empty');
  if (length < SHORTEST) return t('fault.password.short', { n: SHORTEST - length });
  return length > LONGEST ? t('fault.password.long') : t('fault.password.guessable');
}

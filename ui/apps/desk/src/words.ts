import { useI18n, type I18n } from '@visavis/kit';
import { deskEn } from './strings/desk.en.ts';
import { deskFr } from './strings/desk.fr.ts';

export type DeskWords = typeof deskFr;
export type Voice = I18n<DeskWords>;

/** The desk's own words. */
export function useWords(): Voice {
  return useI18n<DeskWords>({ fr: deskFr, en: deskEn });
}

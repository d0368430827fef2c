import { useI18n, type I18n } from '@visavis/kit';
import { promisePageEn } from '../../strings/promisepage.en.ts';
import { promisePageFr } from '../../strings/promisepage.fr.ts';

export type PromisePageWords = typeof promisePageFr;

/** The words of the section about the public page. */
export function usePageWords(): I18n<PromisePageWords> {
  return useI18n<PromisePageWords>({ fr: promisePageFr, en: promisePageEn });
}

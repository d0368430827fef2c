import { useI18n, type I18n } from '@visavis/kit';
import { readyEn } from '../strings/ready.en.ts';
import { readyFr } from '../strings/ready.fr.ts';

export type ReadyWords = typeof readyFr;

export function useReadyWords(): I18n<ReadyWords> {
  return useI18n<ReadyWords>({ fr: readyFr, en: readyEn });
}

import { useI18n, type I18n } from '@visavis/kit';
import { readingEn } from '../strings/reading.en.ts';
import { readingFr } from '../strings/reading.fr.ts';

export type ReadingWords = typeof readingFr;
export type ReadingVoice = I18n<ReadingWords>;

/** Both languages of what messages say, for state that speaks by toasts. */
export const readingWords = { fr: readingFr, en: readingEn };

export function useWords(): ReadingVoice {
  return useI18n<ReadingWords>(readingWords);
}

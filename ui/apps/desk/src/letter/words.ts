import { useI18n, type I18n } from '@visavis/kit';
import { letterEn } from '../strings/letter.en.ts';
import { letterFr } from '../strings/letter.fr.ts';

export type LetterWords = typeof letterFr;
export type LetterVoice = I18n<LetterWords>;

/** Both languages of letters, for state that speaks by toasts. */
export const letterWords = { fr: letterFr, en: letterEn };

export function useWords(): LetterVoice {
  return useI18n<LetterWords>(letterWords);
}

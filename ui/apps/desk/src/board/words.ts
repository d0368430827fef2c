import { useI18n, type I18n } from '@visavis/kit';
import { boardEn } from '../strings/board.en.ts';
import { boardFr } from '../strings/board.fr.ts';

export type BoardWords = typeof boardFr;
export type BoardVoice = I18n<BoardWords>;

export const boardWords = { fr: boardFr, en: boardEn };

export function useWords(): BoardVoice {
  return useI18n<BoardWords>(boardWords);
}

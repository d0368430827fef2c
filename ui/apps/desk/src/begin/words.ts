import { useI18n, type I18n } from '@visavis/kit';
import { beginEn } from '../strings/begin.en.ts';
import { beginFr } from '../strings/begin.fr.ts';

export type BeginWords = typeof beginFr;

/** Both languages of beginning a conversation, for what speaks outside a component. */
export const beginWords = { fr: beginFr, en: beginEn };

export function useWords(): I18n<BeginWords> {
  return useI18n<BeginWords>(beginWords);
}

import { useI18n, type I18n } from '@visavis/kit';
import { promiseEn } from '../strings/promise.en.ts';
import { promiseFr } from '../strings/promise.fr.ts';

export type PromiseWords = typeof promiseFr;
export type PromiseVoice = I18n<PromiseWords>;

/** Both languages of promises, offers and presence, for state that speaks by toasts. */
export const promiseWords = { fr: promiseFr, en: promiseEn };

export function useWords(): PromiseVoice {
  return useI18n<PromiseWords>(promiseWords);
}

import { useI18n, type I18n } from '@visavis/kit';
import { viewsEn } from '../strings/views.en.ts';
import { viewsFr } from '../strings/views.fr.ts';

export type ViewWords = typeof viewsFr;
/** Both languages of saved views, for state that speaks by toasts. */
export const viewWords = { fr: viewsFr, en: viewsEn };

export function useViewWords(): I18n<ViewWords> {
  return useI18n<ViewWords>(viewWords);
}

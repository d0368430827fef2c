import { useI18n, type I18n } from '@visavis/kit';
import { paletteEn } from '../strings/palette.en.ts';
import { paletteFr } from '../strings/palette.fr.ts';

export type PaletteWords = typeof paletteFr;
export type Say = I18n<PaletteWords>['t'];

export function useWords(): I18n<PaletteWords> {
  return useI18n<PaletteWords>({ fr: paletteFr, en: paletteEn });
}

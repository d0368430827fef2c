import { useI18n, type I18n } from '@visavis/kit';
import { engineEn } from '../../strings/engine.en.ts';
import { engineFr } from '../../strings/engine.fr.ts';

export type EngineWords = typeof engineFr;

export function useEngineWords(): I18n<EngineWords> {
  return useI18n<EngineWords>({ fr: engineFr, en: engineEn });
}

import { useI18n, type I18n } from '@visavis/kit';
import { attributesEn } from '../../strings/attributes.en.ts';
import { attributesFr } from '../../strings/attributes.fr.ts';

export type AttributesWords = typeof attributesFr;

export function useAttributesWords(): I18n<AttributesWords> {
  return useI18n<AttributesWords>({ fr: attributesFr, en: attributesEn });
}

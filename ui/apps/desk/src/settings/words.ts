import { useI18n, type I18n } from '@visavis/kit';
import { settingsEn } from '../strings/settings.en.ts';
import { settingsFr } from '../strings/settings.fr.ts';

export type SettingsWords = typeof settingsFr;
export type Say = I18n<SettingsWords>['t'];

export function useWords(): I18n<SettingsWords> {
  return useI18n<SettingsWords>({ fr: settingsFr, en: settingsEn });
}

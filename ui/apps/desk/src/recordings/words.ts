import { useI18n, type I18n } from '@visavis/kit';
import { recordingsEn } from '../strings/recordings.en.ts';
import { recordingsFr } from '../strings/recordings.fr.ts';

export type RecordingsWords = typeof recordingsFr;

export function useWords(): I18n<RecordingsWords> {
  return useI18n<RecordingsWords>({ fr: recordingsFr, en: recordingsEn });
}

/** 65 s is 1:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

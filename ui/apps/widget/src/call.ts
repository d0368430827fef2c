import { isProblem } from '@visavis/client/problem.ts';
import { words, type CallKey } from './call-words';
import type { Voice } from './voice.svelte';

/** The free half hours of one day. */
export interface Day {
  label: string;
  slots: readonly string[];
}

/** Half hours, by the day they are on to her who reads: the server's zone may be another one. */
export function byDay(slots: readonly string[], dayOf: (at: string) => string): Day[] {
  const days = new Map<string, string[]>();
  for (const at of slots) days.set(dayOf(at), [...(days.get(dayOf(at)) ?? []), at]);
  return [...days].map(([label, slots]) => ({ label, slots }));
}

/** "aujourd’hui", "demain", "mar. 24": a day among a few. */
export function shortDay(at: string, voice: Voice): string {
  if (Math.abs(voice.ahead(at)) < 2) return voice.day(at);
  const words = new Intl.DateTimeFormat(voice.locale === 'fr' ? 'fr-FR' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
  });
  return words.format(new Date(at));
}

/** The country of a time zone that is of one country: there the server reads numbers as people dial them at home. */
const countryOf: Readonly<Record<string, string>> = {
  'Europe/Paris': 'FR',
  'Europe/Brussels': 'BE',
  'Europe/Luxembourg': 'LU',
  'Europe/Zurich': 'CH',
  'Europe/Berlin': 'DE',
  'Europe/Madrid': 'ES',
  'Europe/Rome': 'IT',
  'Europe/Lisbon': 'PT',
  'Europe/Amsterdam': 'NL',
  'Europe/London': 'GB',
  'Europe/Dublin': 'IE',
  'America/New_York': 'US',
  'America/Chicago': 'US',
  'America/Denver': 'US',
  'America/Los_Angeles': 'US',
  'America/Toronto': 'CA',
  'America/Montreal': 'CA',
  'America/Vancouver': 'CA',
  'America/Martinique': 'MQ',
  'America/Guadeloupe': 'GP',
  'Indian/Reunion': 'RE',
  'Asia/Tokyo': 'JP',
  'Asia/Singapore': 'SG',
  'Africa/Casablanca': 'MA',
  'Africa/Dakar': 'SN',
};

/** "France", in her language; nothing when the browser's zone does not say. */
export function country(zone: string, locale: string): string | undefined {
  const code = countryOf[zone];
  try {
    return code && new Intl.DisplayNames(locale, { type: 'region' }).of(code);
  } catch {
    return undefined; // a browser from before 2021
  }
}

/** What a refusal says, and at which field. */
export interface Fault {
  at: 'phone' | 'at' | 'form';
  says: CallKey;
}

export function faultOf(error: unknown): Fault {
  if (!isProblem(error)) return { at: 'form', says: 'failed' };
  if (error.code === 'callback_country') return { at: 'phone', says: 'callback_country' };
  if (error.field('phone')) return { at: 'phone', says: 'fault.phone' };
  if (error.field('at')) return { at: 'at', says: 'fault.at' };
  return { at: 'form', says: Object.hasOwn(words.fr, error.code) ? (error.code as CallKey) : 'failed' };
}

import type { Locale } from '@visavis/client';

/** Dates without a time, "2026-12-24" or, for every year, "12-24": they are the same day everywhere. */
const place = (locale: Locale) => (locale === 'fr' ? 'fr-FR' : 'en-GB');
const noon = (date: string) => new Date(`${date.length === 5 ? `2024-${date}` : date}T12:00:00Z`);

export type DateStyle = 'short' | 'long' | 'day';
const styles: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  short: { weekday: 'short', day: 'numeric', month: 'short' },
  long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  day: { day: 'numeric', month: 'long' },
};

export function dateText(date: string, locale: Locale, style: DateStyle = 'day', year = false): string {
  const at = noon(date);
  if (Number.isNaN(at.getTime())) return date;
  const options = { ...styles[style], ...(year && date.length > 5 ? { year: 'numeric' as const } : {}) };
  return first(new Intl.DateTimeFormat(place(locale), { ...options, timeZone: 'UTC' }).format(at), locale);
}

/** The first of a month is an ordinal in French. */
function first(text: string, locale: Locale): string {
  return locale === 'fr' ? text.replace(/(^|\s)1 (?=\p{L})/u, '$11er ') : text;
}

/** "24 décembre", "24 décembre – 2 janvier 2027": the year is said where it is not this one. */
export function rangeText(from: string, to: string, locale: Locale, thisYear: number): string {
  const other = (date: string) => date.length > 5 && Number(date.slice(0, 4)) !== thisYear;
  if (from === to) return dateText(from, locale, 'day', other(from));
  return `${dateText(from, locale, 'day', other(from))} – ${dateText(to, locale, 'day', other(to))}`;
}

export function weekdayName(day: number, locale: Locale, style: 'short' | 'long' = 'short'): string {
  const monday = Date.UTC(2024, 0, 1, 12);
  const at = new Date(monday + (day - 1) * 86_400_000);
  return new Intl.DateTimeFormat(place(locale), { weekday: style, timeZone: 'UTC' }).format(at);
}

export function monthName(month: number, locale: Locale): string {
  return new Intl.DateTimeFormat(place(locale), { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2024, month - 1, 15),
  );
}

/** "mardi 24 novembre", as the clocks of a zone have it. */
export function momentDay(at: string, zone: string, locale: Locale): string {
  const options = { weekday: 'long', day: 'numeric', month: 'long' } as const;
  try {
    return first(new Intl.DateTimeFormat(place(locale), { ...options, timeZone: zone }).format(new Date(at)), locale);
  } catch {
    return new Intl.DateTimeFormat(place(locale), options).format(new Date(at));
  }
}

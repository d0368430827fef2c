/** Numbers of this room as people write them: "96,9 %", "1,6 s", "2 min 7 s". */
export interface Voice {
  locale: 'fr' | 'en';
}

const digits = (n: number, locale: string, most: number) =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: most }).format(n);

export function percent(n: number, { locale }: Voice): string {
  const rounded = digits(n, locale, Math.abs(n) >= 99.95 || n === 0 ? 0 : 1);
  return locale === 'fr' ? `${rounded}\u202f%` : `${rounded}%`;
}

export function count(n: number, { locale }: Voice): string {
  return digits(n, locale, n < 10 ? 1 : 0);
}

export function seconds(n: number, { locale }: Voice): string {
  if (n < 60) return `${digits(n, locale, n < 10 ? 1 : 0)}\u202fs`;
  const whole = Math.round(n);
  const rest = whole % 60;
  const minutes = `${digits(Math.floor(whole / 60), locale, 0)}\u202fmin`;
  return rest === 0 ? minutes : `${minutes}\u202f${rest}\u202fs`;
}

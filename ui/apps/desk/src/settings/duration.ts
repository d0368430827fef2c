/** Lengths of time as people write them: a whole number of one unit. */
export const seconds = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
export type Unit = keyof typeof seconds;

const largest: readonly Unit[] = ['d', 'h', 'min', 's'];

/** The largest of these units that says it without a remainder; the smallest when none does. */
export function split(total: number, units: readonly Unit[]): { n: number; unit: Unit } {
  const unit =
    largest.find((one) => units.includes(one) && total > 0 && total % seconds[one] === 0) ??
    (total > 0 ? [...largest].reverse().find((one) => units.includes(one)) : units[0]) ??
    's';
  return { n: total / seconds[unit], unit };
}

type Units = Record<Unit, string>;
const written: Record<'fr' | 'en', Units> = {
  fr: { s: 's', min: 'min', h: 'h', d: 'j' },
  en: { s: 's', min: 'min', h: 'h', d: 'd' },
};

/** "45 s", "1 min 30 s", "4 h", "1 h 30 min": nothing is rounded. */
export function lengthText(total: number, locale: 'fr' | 'en'): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(total));
  for (const unit of largest) {
    if (unit === 'd' && (total % seconds.d !== 0 || total === seconds.d)) continue; // 24 h and 36 h read better than days
    const n = Math.floor(left / seconds[unit]);
    left -= n * seconds[unit];
    if (n > 0) parts.push(`${n}\u202f${written[locale][unit]}`);
  }
  return parts.join(' ') || `0\u202f${written[locale].s}`;
}

/** The steps she shows most, counted in this browser; they come before the house's own. */
const shelf = 'visavis.steps';
const most = 60;

/** Empty while unknown. */
type Tongue = '' | 'fr' | 'en';
type Counts = Record<string, number>;

export function countStep(locale: 'fr' | 'en', text: string, storage: Storage = localStorage): void {
  const kept = read(storage);
  const key = `${locale} ${text}`;
  const counts = Object.entries({ ...kept, [key]: (kept[key] ?? 0) + 1 });
  const often = counts.sort(([, a], [, b]) => b - a).slice(0, most);
  try {
    storage.setItem(shelf, JSON.stringify(Object.fromEntries(often)));
  } catch {
    // Storage is refused: the house's own steps stay.
  }
}

/** At most `n` steps in a language: her own that came back at least once, then the house's. */
export function frequentSteps(locale: 'fr' | 'en', house: readonly string[], n: number, storage?: Storage): string[] {
  const kept = read(storage ?? localStorage);
  const own = Object.entries(kept)
    .filter(([key, count]) => key.startsWith(`${locale} `) && count > 1)
    .sort(([, a], [, b]) => b - a)
    .map(([key]) => key.slice(3));
  return [...new Set([...own, ...house])].slice(0, n);
}

/** The language a customer reads: that of the matter, else her own, else the agent's. */
export function languageOf(
  { language, customer }: { language: Tongue; customer: { locale: Tongue } },
  own: 'fr' | 'en',
): 'fr' | 'en' {
  return language || customer.locale || own;
}

function read(storage: Storage): Counts {
  try {
    const kept: unknown = JSON.parse(storage.getItem(shelf) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Counts) : {};
  } catch {
    return {};
  }
}

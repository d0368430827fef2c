import type { Locale, Reason } from '@visavis/client';

/** The reasons of a workspace, each with those beneath it. A key is a path: "delivery/late" lies beneath "delivery". */
export class ReasonTree {
  readonly all: readonly Reason[];
  readonly version: number;
  readonly #byKey: ReadonlyMap<string, Reason>;

  constructor(all: readonly Reason[] = [], version = 0) {
    this.all = deepFirst(all);
    this.version = version;
    this.#byKey = new Map(all.map((reason) => [reason.key, reason]));
  }

  /** Those that may still be given. */
  get live(): readonly Reason[] {
    return this.all.filter(({ archived }) => !archived);
  }
  find(key: string): Reason | undefined {
    return this.#byKey.get(key);
  }
  /** "Livraison › Retard"; a reason that nobody knows is called by its key. */
  nameOf(key: string, locale: Locale): string {
    const parts = key.split('/');
    return parts.map((part, at) => this.#name(parts.slice(0, at + 1).join('/'), locale) || part).join(' › ');
  }
  /** The last step of the path alone. */
  wordOf(key: string, locale: Locale): string {
    return this.#name(key, locale) || (key.split('/').at(-1) ?? key);
  }

  #name(key: string, locale: Locale): string {
    const { names } = this.#byKey.get(key) ?? {};
    return names?.[locale] || names?.fr || names?.en || '';
  }
}

export const parentOf = (key: string): string => key.split('/').slice(0, -1).join('/');
export const depthOf = (key: string): number => key.split('/').length - 1;
/** Whether a reason is another one, or lies beneath it. */
export const within = (key: string, above: string): boolean => key === above || key.startsWith(`${above}/`);

/** Each reason under its parent, else in the order in which they came. */
function deepFirst(all: readonly Reason[]): Reason[] {
  const keys = new Set(all.map(({ key }) => key));
  const under = (above: string): Reason[] =>
    all
      .filter(({ key }) => (keys.has(parentOf(key)) ? parentOf(key) : '') === above)
      .flatMap((reason) => [reason, ...under(reason.key)]);
  return under('');
}

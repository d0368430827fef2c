import type { Api, Locale, ToldAttributes } from '@visavis/client';

/** By what contacts are told apart: where customers are, and what they have. */
export const kinds = ['place', 'product'] as const;
export type Kind = (typeof kinds)[number];

/** Which attributes of customers say so, and what the organisation calls them. */
export class Attributes {
  readonly #api: Pick<Api, 'get'>;
  #told = $state.raw<ToldAttributes>({
    place: { attribute: 'place', names: {} },
    product: { attribute: 'product', names: {} },
  });

  constructor(api: Pick<Api, 'get'>) {
    this.#api = api;
  }

  load = async (): Promise<void> => {
    try {
      this.#told = await this.#api.get('/attributes');
    } catch {
      // What was known stays: it is read again with the next reload.
    }
  };

  /** The keys, those of them that there are. */
  get keys(): string[] {
    return kinds.map((kind) => this.keyOf(kind)).filter(Boolean);
  }
  keyOf(kind: Kind): string {
    return this.#told[kind].attribute;
  }
  kindOf(key: string): Kind | undefined {
    return kinds.find((kind) => key !== '' && this.keyOf(kind) === key);
  }
  /** What it is called, in a language or else in the other; "" while nobody named it. */
  nameOf(kind: Kind, locale: Locale): string {
    const { fr = '', en = '' } = this.#told[kind].names;
    return locale === 'fr' ? fr || en : en || fr;
  }
}

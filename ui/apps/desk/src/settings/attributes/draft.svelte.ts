import type { ListenSettings } from '@visavis/client';
import { kinds, type Kind } from '../../state/attributes.svelte.ts';

/** What of the settings says by what contacts are told apart. */
export type TellBody = Pick<ListenSettings, 'placeAttribute' | 'productAttribute' | 'placeNames' | 'productNames'>;

export const bodyOf = ({ placeAttribute, productAttribute, placeNames, productNames }: TellBody): TellBody => ({
  placeAttribute,
  productAttribute,
  placeNames,
  productNames,
});

interface Told {
  key: string;
  fr: string;
  en: string;
}

/** Which attribute is the place and which the product while it is being said. */
export class AttributesDraft {
  place = $state<Told>({ key: '', fr: '', en: '' });
  product = $state<Told>({ key: '', fr: '', en: '' });
  #saved = $state('');

  constructor(settings: TellBody) {
    this.fill(settings);
  }

  fill({ placeAttribute, productAttribute, placeNames, productNames }: TellBody): void {
    this.place = { key: placeAttribute, fr: placeNames.fr ?? '', en: placeNames.en ?? '' };
    this.product = { key: productAttribute, fr: productNames.fr ?? '', en: productNames.en ?? '' };
    this.#saved = this.#written;
  }

  get body(): TellBody {
    const names = ({ fr, en }: Told) => ({ fr: fr.trim(), en: en.trim() });
    return {
      placeAttribute: this.place.key.trim(),
      productAttribute: this.product.key.trim(),
      placeNames: names(this.place),
      productNames: names(this.product),
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  /** What is wrong with a key, or nothing. */
  fault(kind: Kind): 'wrong' | 'twice' | undefined {
    const key = this[kind].key.trim();
    if (key !== '' && !/^[a-z0-9_-]{1,40}$/.test(key)) return 'wrong';
    return kind === 'product' && key !== '' && key === this.place.key.trim() ? 'twice' : undefined;
  }
  get faults(): number {
    return kinds.filter((kind) => this.fault(kind)).length;
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

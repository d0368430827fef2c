import { isProblem, type Answer, type Api } from '@visavis/client';
import { languages, type Language, type Wording } from '../../ready/calls.ts';
import { namesIn, signatureNames } from '../../ready/placeholders.ts';

export type Signature = Answer<'get', '/signatures'>['items'][number];

/** Whose signature: a member's or a team's by its id, a brand's by the address it stands for. */
export interface Signer {
  kind: Signature['kind'];
  owner: string;
  name: string;
  /** The one of our addresses that a member's is for; absent for hers on all of them. */
  address?: string;
}
type Which = Pick<Signer, 'kind' | 'owner' | 'address'>;

const mostLines = 15;

/** What is wrong with a signature before it is sent, and in which language. */
export type Fault = { language: Language; what: 'lines' } | { language: Language; what: 'unknown'; names: string[] };

export function faultOf(text: Wording): Fault | undefined {
  for (const language of languages) {
    const said = (text[language] ?? '').trim();
    if (said.split('\n').length > mostLines) return { language, what: 'lines' };
    const names = namesIn(said).filter((name) => !signatureNames.some((known) => known === name));
    if (names.length > 0) return { language, what: 'unknown', names };
  }
  return undefined;
}

export function isEmpty(text: Wording): boolean {
  return languages.every((language) => (text[language] ?? '').trim() === '');
}

/** Her own signature and those that she may see. */
export class Signatures {
  #items = $state.raw<readonly Signature[]>([]);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get items(): readonly Signature[] {
    return this.#items;
  }
  get status() {
    return this.#status;
  }

  load = async (): Promise<void> => {
    this.#status = 'loading';
    try {
      this.#items = (await this.#api.get('/signatures')).items;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  /** A member's for one address only is another than hers for all of them. */
  find({ kind, owner, address }: Which): Signature | undefined {
    return this.#items.find((one) =>
      kind === 'brand'
        ? one.kind === kind && one.address === owner
        : one.kind === kind && one.ownerId === owner && one.address === address,
    );
  }

  async save(signer: Signer, text: Wording): Promise<void> {
    const version = this.find(signer)?.version ?? 0;
    try {
      this.#put(signer, await this.#api.put(pathOf(signer), { text, version }, forOne(signer)));
    } catch (error) {
      const current = isProblem(error, 'signature_changed') ? (error.current as Signature | undefined) : undefined;
      if (current) this.#put(signer, current.version > 0 ? current : undefined);
      throw error;
    }
  }
  async remove(signer: Signer): Promise<void> {
    try {
      await this.#api.delete(pathOf(signer), forOne(signer));
    } catch (error) {
      if (!isProblem(error) || error.status !== 404) throw error;
    }
    this.#put(signer, undefined);
  }

  #put(signer: Which, now: Signature | undefined): void {
    const before = this.find(signer);
    this.#items = [...this.#items.filter((one) => one !== before), ...(now ? [now] : [])];
  }
}

const forOne = ({ address }: Signer) => (address ? { query: { address } } : {});
const pathOf = ({ kind, owner }: Signer): `/signatures/${string}/${string}` =>
  `/signatures/${kind}/${encodeURIComponent(owner)}`;

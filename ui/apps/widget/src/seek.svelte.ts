import type { Answer } from '@visavis/client';
import type { Session } from './session.svelte';
import type { Store } from './store';

export type Found = Answer<'post', '/visitor/answers'>['items'][number];
type Deed = 'read' | 'answered' | 'wrote';

/**
 * What she looks for before she writes. Only what she submits leaves the page, never what she is typing. What came of it is told
 * once for each search, so that the answers that are missing can be written.
 */
export class Seek {
  readonly #session: Session;
  readonly #store: Store;
  #asked = $state('');
  #found = $state.raw<readonly Found[] | undefined>();
  #state = $state<'idle' | 'busy' | 'failed' | 'glad'>('idle');
  #open = $state<string | undefined>();
  #told = new Set<Deed>();

  constructor(session: Session, store: Store) {
    this.#session = session;
    this.#store = store;
  }

  /** What was looked for last. */
  get asked(): string {
    return this.#asked;
  }
  /** What was found; undefined until something was looked for. */
  get found(): readonly Found[] | undefined {
    return this.#found;
  }
  get state(): 'idle' | 'busy' | 'failed' | 'glad' {
    return this.#state;
  }
  /** The answer she reads. */
  get open(): string | undefined {
    return this.#open;
  }

  async look(typed: string): Promise<void> {
    const query = typed.trim();
    if (!query || this.#state === 'busy') return;
    this.#asked = query;
    this.#found = this.#open = undefined;
    this.#told.clear();
    this.#state = 'busy';
    try {
      this.#found = (await this.#session.api.post('/visitor/answers', this.#about)).items;
      this.#state = 'idle';
    } catch {
      this.#state = 'failed';
    }
  }
  read(id: string): void {
    this.#open = this.#open === id ? undefined : id;
    this.#tell('read');
  }
  thank(): void {
    this.#tell('answered');
    this.#found = this.#open = undefined;
    this.#state = 'glad';
  }
  /** She wrote, although or because of what was found. */
  wrote(): void {
    if (this.#found && !this.#told.has('answered')) this.#tell('wrote');
  }

  get #about() {
    let reader = this.#store.get('seek');
    if (!reader) this.#store.set('seek', (reader = crypto.randomUUID()));
    const { channel, locale } = this.#session;
    return { key: channel, query: this.#asked, locale, reader };
  }
  #tell(did: Deed): void {
    if (this.#told.has(did)) return;
    this.#told.add(did);
    void this.#session.api.post('/visitor/answers/told', { ...this.#about, did }).catch(() => undefined);
  }
}

import type { Conversation, ConversationPage } from '@visavis/client';

/** Whether one stands above the other. */
export type Before = (a: Conversation, b: Conversation) => boolean;

interface Source {
  fetch: (cursor: string | undefined) => Promise<ConversationPage>;
  belongs: (conversation: Conversation) => boolean;
  get: (id: string) => Conversation | undefined;
  /** Newest word first when absent. */
  before?: Before;
}

/** Newest first; ids break ties, as they do on the server. */
export function before(a: Conversation, b: Conversation): boolean {
  if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt > b.lastActivityAt;
  return a.id > b.id;
}

/** What presses most first; where nobody waits, the newest word first. */
export function pressing(a: Conversation, b: Conversation): boolean {
  return a.rank === b.rank ? before(a, b) : a.rank > b.rank;
}

/** The nearest deadline first. */
export function due(a: Conversation, b: Conversation): boolean {
  const [at, bt] = [a.promise?.dueAt ?? '', b.promise?.dueAt ?? ''];
  return at === bt ? a.id < b.id : at < bt;
}

/**
 * One list, read page by page and kept right by events. While somebody points at it the order she sees is frozen: rows change
 * where they stand, and what would have moved waits until she leaves.
 */
export class ListWindow {
  readonly #source: Source;
  /** The true order. */
  #ids: string[] = [];
  #shown = $state.raw<readonly string[]>([]);
  #next: string | undefined;
  #state = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  #complete = $state(false);
  #more = $state(false);
  #held = $state(false);
  #fresh = $state(0);
  #seq = 0;
  #run = 0;

  readonly #before: Before;

  constructor(source: Source) {
    this.#source = source;
    this.#before = source.before ?? before;
  }

  /** The rows, in the order they are drawn. */
  get ids(): readonly string[] {
    return this.#shown;
  }
  get state(): 'new' | 'loading' | 'ready' | 'failed' {
    return this.#state;
  }
  /** Everything the server has is here. */
  get complete(): boolean {
    return this.#complete;
  }
  get loadingMore(): boolean {
    return this.#more;
  }
  /** Conversations that wait for the list to be let go. */
  get fresh(): number {
    return this.#fresh;
  }
  /** The log's head when the first page was read. */
  get seq(): number {
    return this.#seq;
  }

  async load(): Promise<void> {
    if (this.#state === 'ready' || this.#state === 'loading') return;
    this.#state = 'loading';
    await this.#first();
  }

  /** Reads the first page anew without emptying the screen. */
  async reload(): Promise<void> {
    if (this.#state === 'new') return;
    await this.#first();
  }

  async #first(): Promise<void> {
    const run = ++this.#run;
    try {
      const page = await this.#source.fetch(undefined);
      if (run !== this.#run) return;
      this.#ids = page.items.map((item) => item.id);
      this.#next = page.next ?? undefined;
      this.#complete = !page.next;
      this.#seq = page.seq;
      this.#state = 'ready';
      this.#show();
    } catch {
      if (run === this.#run && this.#state !== 'ready') this.#state = 'failed';
    }
  }

  async loadMore(): Promise<void> {
    if (this.#state !== 'ready' || this.#complete || this.#more) return;
    this.#more = true;
    const run = this.#run;
    try {
      const page = await this.#source.fetch(this.#next);
      if (run !== this.#run) return;
      const known = new Set(this.#ids);
      this.#ids = [...this.#ids, ...page.items.map((item) => item.id).filter((id) => !known.has(id))];
      this.#next = page.next ?? undefined;
      this.#complete = !page.next;
      if (this.#held) {
        const drawn = new Set(this.#shown);
        this.#shown = [...this.#shown, ...page.items.map((item) => item.id).filter((id) => !drawn.has(id))];
      } else this.#show();
    } catch {
      // The scroll asks again.
    } finally {
      this.#more = false;
    }
  }

  /** Finds the place of a conversation that changed. What she did herself moves at once. */
  place(conversation: Conversation, own = false): void {
    if (this.#state !== 'ready') return;
    const { id } = conversation;
    const was = this.#ids.indexOf(id);
    const rest = was < 0 ? this.#ids : this.#ids.filter((known) => known !== id);
    const at = this.#source.belongs(conversation) ? this.#rank(conversation, rest) : -1;
    if (at === was) return;
    this.#ids = at < 0 ? rest : [...rest.slice(0, at), id, ...rest.slice(at)];
    if (!this.#held) this.#show();
    else if (own) this.#shown = at < 0 ? this.#shown.filter((known) => known !== id) : this.#shown;
    if (this.#held) this.#fresh = this.#count();
  }

  /** Somebody points at the list (or has left it). */
  hold(held: boolean): void {
    if (this.#held === held) return;
    this.#held = held;
    if (!held) this.#show();
  }

  /** Lets what waits come in, even under the pointer: she asked for it. */
  settle(): void {
    this.#show();
  }

  /** Where it stands among the loaded rows; -1 when that is beyond what was read so far. */
  #rank(conversation: Conversation, ids: readonly string[]): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#source.get(ids[middle] ?? '');
      if (other && this.#before(other, conversation)) low = middle + 1;
      else high = middle;
    }
    return low === ids.length && !this.#complete ? -1 : low;
  }

  #show(): void {
    this.#shown = this.#ids;
    this.#fresh = 0;
  }

  #count(): number {
    const drawn = new Set(this.#shown);
    return this.#ids.filter((id) => !drawn.has(id)).length;
  }
}

import type { Api, Message, MessagePage } from '@visavis/client';

const pageSize = 50;

/** The words of one conversation: pages, live events and answers to her own sendings enter by `take`, each kept once, by position. */
export class ThreadStore {
  readonly id: string;
  readonly #api: Api;
  #messages = $state.raw<readonly Message[]>([]);
  #state = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  #older = $state.raw<number | null>(null);
  #loadingOlder = $state(false);
  #fetching: Promise<void> | undefined;
  /** How far she had read when she came: what lies beyond is new. */
  unreadAfter = $state<number | null>(null);

  constructor(id: string, api: Api) {
    this.id = id;
    this.#api = api;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }
  get state(): 'new' | 'loading' | 'ready' | 'failed' {
    return this.#state;
  }
  get hasOlder(): boolean {
    return this.#older !== null;
  }
  get loadingOlder(): boolean {
    return this.#loadingOlder;
  }
  get last(): number {
    return this.#messages.at(-1)?.position ?? 0;
  }

  async load(): Promise<void> {
    if (this.#state === 'ready') return;
    this.#state = 'loading';
    try {
      const page = await this.#page();
      this.#older = page.next ?? null;
      this.take(...page.items);
      this.#state = 'ready';
    } catch {
      this.#state = 'failed';
    }
  }

  async loadOlder(): Promise<void> {
    if (this.#older === null || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const page = await this.#page(this.#older);
      this.#older = page.next ?? null;
      this.take(...page.items);
    } catch {
      // The scroll asks again.
    } finally {
      this.#loadingOlder = false;
    }
  }

  /** The one door. A hole between what was known and what came is read at once. */
  take(...news: readonly Message[]): void {
    const own = news.filter((message) => message.conversationId === this.id);
    if (own.length === 0) return;
    const byId = new Map(this.#messages.map((message) => [message.id, message]));
    for (const message of own) byId.set(message.id, message);
    this.#messages = [...byId.values()].sort((a, b) => a.position - b.position);
    if (this.#state === 'ready' && this.#hole()) void this.refresh();
  }

  /** Reads the newest page again, and further back until it meets what is known. */
  refresh(): Promise<void> {
    if (this.#state !== 'ready') return this.load();
    this.#fetching ??= this.#heal().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #heal(): Promise<void> {
    const known = new Set(this.#messages.map((message) => message.position));
    let from: number | undefined;
    try {
      for (let pages = 0; pages < 20; pages++) {
        const page = await this.#page(from);
        this.take(...page.items);
        const first = page.items[0]?.position;
        if (first === undefined || first <= 1 || known.has(first - 1) || known.has(first) || !page.next) return;
        from = first;
      }
    } catch {
      // Off line: the line's return calls again.
    }
  }

  #page(before?: number): Promise<MessagePage> {
    return this.#api.get(`/conversations/${this.id}/messages`, { before, limit: pageSize });
  }

  #hole(): boolean {
    return this.#messages.some((message, i) => {
      const next = this.#messages[i + 1];
      return next !== undefined && next.position > message.position + 1;
    });
  }
}

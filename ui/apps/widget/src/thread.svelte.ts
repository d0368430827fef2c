import type { VisitorMessage, VisitorMessagePage } from '@visavis/client/types.ts';

/** One page of messages, oldest first. `next` is where the page before it begins. */
export type Page = VisitorMessagePage;
type Ask = (at: { before?: number; after?: number }) => Promise<Page>;

/**
 * The messages of one conversation. Pages, live events and our own sends all enter by `take`, which keeps one copy of each
 * in the order of its position, so the door a message came through leaves no trace.
 */
export class Thread {
  readonly id: string;
  readonly #ask: Ask;
  #messages = $state.raw<readonly VisitorMessage[]>([]);
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #older = $state.raw<number | undefined>(undefined);
  #loading: Promise<void> | undefined;

  constructor(id: string, ask: Ask) {
    this.id = id;
    this.#ask = ask;
  }

  get messages(): readonly VisitorMessage[] {
    return this.#messages;
  }
  get state(): 'loading' | 'ready' | 'failed' {
    return this.#state;
  }
  get hasOlder(): boolean {
    return this.#older !== undefined;
  }
  get last(): number {
    return this.#messages.at(-1)?.position ?? 0;
  }

  /** The newest page, or what came after the last message we have. */
  load(): Promise<void> {
    this.#loading ??= (this.#state === 'ready' ? this.#catchUp() : this.#first()).finally(
      () => (this.#loading = undefined),
    );
    return this.#loading;
  }

  async older(): Promise<void> {
    if (this.#older === undefined) return;
    const page = await this.#ask({ before: this.#older });
    this.#older = page.next ?? undefined;
    this.take(page.items);
  }

  take(messages: readonly VisitorMessage[]): void {
    const news = messages.filter((message) => message.conversationId === this.id);
    if (news.length === 0) return;
    const byId = new Map(this.#messages.map((message) => [message.id, message]));
    for (const message of news) byId.set(message.id, message);
    this.#messages = [...byId.values()].sort((a, b) => a.position - b.position);
  }

  async #first(): Promise<void> {
    this.#state = 'loading';
    try {
      const page = await this.#ask({});
      this.#older = page.next ?? undefined;
      this.take(page.items);
      this.#state = 'ready';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const before = this.last;
      const { items } = await this.#ask({ after: before });
      this.take(items);
      if (this.last === before) return;
    }
  }
}

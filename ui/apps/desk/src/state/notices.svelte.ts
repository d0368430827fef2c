import type { Answer, Api, Event } from '@visavis/client';

export type Notice = Answer<'get', '/notices'>['items'][number];
export type NoticesStatus = 'loading' | 'ready' | 'failed';

/** What rings her bell: counted from the start, read when she opens it, live by the event `notice.given`. */
export class Notices {
  #items = $state.raw<readonly Notice[]>([]);
  #unread = $state(0);
  #next = $state<string | undefined>();
  #status = $state<NoticesStatus>('loading');
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get items(): readonly Notice[] {
    return this.#items;
  }
  get unread(): number {
    return this.#unread;
  }
  get more(): boolean {
    return this.#next !== undefined;
  }
  get status(): NoticesStatus {
    return this.#status;
  }

  load = async (): Promise<void> => {
    try {
      const page = await this.#api.get('/notices', { limit: 20 });
      this.#items = page.items;
      this.#unread = page.unread;
      this.#next = page.next;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  earlier = async (): Promise<void> => {
    const page = await this.#api.get('/notices', { limit: 20, cursor: this.#next });
    this.#items = [...this.#items, ...page.items];
    this.#next = page.next;
  };

  /** She has seen them all; they count as unread again when the server does not hear of it. */
  read = async (): Promise<void> => {
    const [newest] = this.#items;
    if (!newest || this.#unread === 0) return;
    const before = { items: this.#items, unread: this.#unread };
    const readAt = new Date().toISOString();
    this.#items = this.#items.map((one) => (one.readAt ? one : { ...one, readAt }));
    this.#unread = 0;
    try {
      await this.#api.post('/notices/read', { upTo: newest.id });
    } catch {
      this.#items = before.items;
      this.#unread = before.unread;
    }
  };

  accept(event: Event): void {
    if (event.type !== 'notice.given' || !event.notice) return;
    const { notice } = event;
    if (this.#items.some(({ id }) => id === notice.id)) return;
    this.#items = [notice, ...this.#items];
    this.#unread += 1;
  }

  forget(): void {
    this.#items = [];
    this.#unread = 0;
    this.#next = undefined;
    this.#status = 'loading';
  }
}

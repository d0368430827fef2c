import type { Answer, Api, Event } from '@visavis/client';

export type MailCounts = Answer<'get', '/mail/counts'>;
export type Connection = Answer<'get', '/connections'>['items'][number];

/** What waits for people in the mail room, and how the lines to other servers do: the desk shows both wherever she is. */
export class Mail {
  readonly #api: Api;
  #counts = $state.raw<MailCounts>({ quarantined: 0, failed: 0, waiting: 0 });
  #connections = $state.raw<readonly Connection[]>([]);
  #soon: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<(event: Event) => void>();

  constructor(api: Api) {
    this.#api = api;
  }

  get counts(): MailCounts {
    return this.#counts;
  }
  /** What somebody has to decide. */
  get toDecide(): number {
    return this.#counts.quarantined + this.#counts.failed;
  }
  get broken(): boolean {
    return this.#connections.some(({ state }) => state === 'broken');
  }
  of(channelId: string): readonly Connection[] {
    return this.#connections.filter((one) => one.channelId === channelId);
  }

  load = async (): Promise<void> => {
    await Promise.allSettled([this.#count(), this.#connect()]);
  };

  /** Tells what happened in the mail room to a page that shows it. */
  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  accept(event: Event): void {
    switch (event.type) {
      case 'arrival.quarantined':
      case 'arrival.settled':
      case 'sending.changed':
        this.#countSoon();
        break;
      case 'channel.health':
      case 'channel.changed':
        void this.#connect().catch(() => undefined);
        break;
      default:
        return;
    }
    for (const listener of this.#listeners) listener(event);
  }

  forget(): void {
    clearTimeout(this.#soon);
    this.#counts = { quarantined: 0, failed: 0, waiting: 0 };
    this.#connections = [];
  }

  /** A hundred letters settled at once are counted once. */
  #countSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.#count().catch(() => undefined), 300);
  }
  async #count(): Promise<void> {
    this.#counts = await this.#api.get('/mail/counts');
  }
  async #connect(): Promise<void> {
    this.#connections = (await this.#api.get('/connections')).items;
  }
}

import { Problem } from '@visavis/client';
import { change, remove, type Outcome, type Shelf } from '../outcome.ts';
import type { Delivery, NewWebhook, Webhook, WebhookCalls, WebhookChange } from './calls.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** The webhooks of the workspace: read when this section opens, since nothing else shows them. */
export class Webhooks {
  #items = $state.raw<readonly Webhook[]>([]);
  #types = $state.raw<readonly string[]>([]);
  #status = $state<Status>('loading');
  readonly #calls: WebhookCalls;
  readonly #shelf: Shelf<Webhook>;

  constructor(calls: WebhookCalls) {
    this.#calls = calls;
    this.#shelf = { find: this.find, take: this.take, drop: this.drop, read: this.#read };
    void this.load();
  }

  get items(): readonly Webhook[] {
    return this.#items;
  }
  /** What a webhook may be told of. */
  get types(): readonly string[] {
    return this.#types;
  }
  get status(): Status {
    return this.#status;
  }
  find = (id: string): Webhook | undefined => this.#items.find((one) => one.id === id);

  load = async (): Promise<void> => {
    this.#status = 'loading';
    try {
      [this.#items, this.#types] = await Promise.all([this.#calls.list(), this.#calls.types()]);
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  async create(webhook: NewWebhook): Promise<{ webhook: Webhook; secret: string }> {
    const made = await this.#calls.create(webhook);
    this.take(made.webhook);
    return made;
  }
  change(webhook: Webhook, next: WebhookChange): Promise<Outcome<Webhook>> {
    return change(this.#shelf, { ...webhook, ...next }, () => this.#calls.change(webhook, next));
  }
  remove(webhook: Webhook): Promise<Problem | undefined> {
    return remove(this.#shelf, webhook, () => this.#calls.remove(webhook.id));
  }
  /** A new secret makes a new version: read it, so that the next save is not refused. */
  async rotate(id: string): Promise<string> {
    const secret = await this.#calls.secret(id);
    this.take(await this.#read(id));
    return secret;
  }

  take = (webhook: Webhook): void => {
    this.#items = this.find(webhook.id)
      ? this.#items.map((one) => (one.id === webhook.id ? webhook : one))
      : [...this.#items, webhook];
  };
  drop = (id: string): void => {
    this.#items = this.#items.filter((one) => one.id !== id);
  };

  #read = async (id: string): Promise<Webhook> => {
    const found = (await this.#calls.list()).find((one) => one.id === id);
    if (!found) throw new Problem({ status: 404, code: 'not_found' });
    return found;
  };
}

/** What one webhook was sent, newest first. */
export class Deliveries {
  #items = $state.raw<readonly Delivery[]>([]);
  #next = $state<string | undefined>();
  #status = $state<Status>('loading');
  readonly #id: string;
  readonly #calls: WebhookCalls;

  constructor(id: string, calls: WebhookCalls) {
    this.#id = id;
    this.#calls = calls;
    void this.load();
  }

  get items(): readonly Delivery[] {
    return this.#items;
  }
  get more(): boolean {
    return this.#next !== undefined;
  }
  get status(): Status {
    return this.#status;
  }

  load = async (): Promise<void> => {
    try {
      const page = await this.#calls.deliveries(this.#id);
      this.#items = page.items;
      this.#next = page.next;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  earlier = async (): Promise<void> => {
    const page = await this.#calls.deliveries(this.#id, this.#next);
    this.#items = [...this.#items, ...page.items.filter((one) => !this.#items.some(({ id }) => id === one.id))];
    this.#next = page.next;
  };

  take = (delivery: Delivery): void => {
    const known = this.#items.some(({ id }) => id === delivery.id);
    this.#items = known
      ? this.#items.map((one) => (one.id === delivery.id ? delivery : one))
      : [delivery, ...this.#items];
  };
}

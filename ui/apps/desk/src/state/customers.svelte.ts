import type { Api, Conversation, Customer, Event } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';

interface History {
  items: Conversation[];
  next: string | null;
}

export interface Standing {
  adviserId?: string | null;
  segment?: string;
  value?: number;
  /** Those that change; an empty one is taken away. */
  attributes?: Record<string, string>;
}

/** What is known of the people the desk serves, and their earlier conversations. */
export class Customers {
  readonly #api: Api;
  readonly #learn: (conversation: Conversation) => void;
  #known = new SvelteMap<string, Customer>();
  #histories = new SvelteMap<string, History>();
  #failed = new SvelteMap<string, boolean>();

  constructor(api: Api, learn: (conversation: Conversation) => void) {
    this.#api = api;
    this.#learn = learn;
  }

  get(id: string | null | undefined): Customer | undefined {
    return id ? this.#known.get(id) : undefined;
  }
  history(id: string): History | undefined {
    return this.#histories.get(id);
  }
  failed(id: string): boolean {
    return this.#failed.get(id) ?? false;
  }

  async load(id: string): Promise<void> {
    this.#failed.delete(id);
    try {
      const [customer] = await Promise.all([this.#api.get(`/customers/${id}`), this.loadHistory(id, true)]);
      this.take(customer);
    } catch {
      if (!this.#known.has(id)) this.#failed.set(id, true);
    }
  }

  async loadHistory(id: string, afresh = false): Promise<void> {
    const before = afresh ? undefined : this.#histories.get(id);
    const page = await this.#api.get(`/customers/${id}/conversations`, {
      limit: 10,
      cursor: before?.next,
    });
    for (const conversation of page.items) this.#learn(conversation);
    this.#histories.set(id, { items: [...(before?.items ?? []), ...page.items], next: page.next ?? null });
  }

  rename(id: string, name: string): Promise<void> {
    return this.#change(id, { name }, { name });
  }
  /** Who follows her, and what she is to us. */
  setStanding(id: string, { adviserId, ...rest }: Standing): Promise<void> {
    const sent = { ...rest, ...(adviserId === undefined ? {} : { adviserId }) };
    return this.#change(
      id,
      { ...rest, ...(adviserId === undefined ? {} : { adviserId: adviserId ?? undefined }) },
      sent,
    );
  }

  async #change(id: string, shown: Partial<Customer>, sent: Standing & { name?: string }): Promise<void> {
    const before = this.#known.get(id);
    if (!before) return;
    this.#known.set(id, { ...before, ...shown });
    try {
      this.take(await this.#api.patch(`/customers/${id}`, { ...sent, version: before.version }));
    } catch (error) {
      this.#known.set(id, before);
      throw error;
    }
  }

  take(customer: Customer): void {
    const before = this.#known.get(customer.id);
    if (!before || before.version <= customer.version) this.#known.set(customer.id, customer);
  }

  accept(event: Event): void {
    if ((event.type === 'customer.changed' || event.type === 'customer.identified') && event.customer) {
      if (this.#known.has(event.customer.id)) this.take(event.customer);
    } else if (event.type === 'conversation.started' && event.conversation) {
      const { customer } = event.conversation;
      if (this.#histories.has(customer.id)) void this.loadHistory(customer.id, true).catch(() => undefined);
    }
  }
}

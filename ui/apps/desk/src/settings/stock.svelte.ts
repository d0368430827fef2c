import { Problem } from '@visavis/client';
import { change, create, remove, type Outcome, type Shelf } from './outcome.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** Things of one kind that only the settings show: read when their section opens. */
export class Stock<T extends { id: string }> {
  #items = $state.raw<readonly T[]>([]);
  #status = $state<Status>('loading');
  readonly #list: () => Promise<readonly T[]>;
  readonly #shelf: Shelf<T>;
  /** The order that is to be sent next, and whether one is on its way. */
  #wanted: { ids: readonly string[]; send: () => Promise<void> } | undefined;
  #ordering = false;

  constructor(list: () => Promise<readonly T[]>) {
    this.#list = list;
    this.#shelf = { find: this.find, take: this.take, drop: this.drop, read: this.#read };
    void this.load();
  }

  get items(): readonly T[] {
    return this.#items;
  }
  get status(): Status {
    return this.#status;
  }
  find = (id: string): T | undefined => this.#items.find((one) => one.id === id);

  load = async (): Promise<void> => {
    if (this.#status === 'failed') this.#status = 'loading';
    try {
      this.#items = await this.#list();
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  change = (next: T, send: () => Promise<T>): Promise<Outcome<T>> => change(this.#shelf, next, send);
  create = (send: () => Promise<T>): Promise<Outcome<T>> => create(this.#shelf, send);
  remove = (item: T, send: () => Promise<void>): Promise<Problem | undefined> => remove(this.#shelf, item, send);

  /**
   * Shows the new order at once; a new order makes new versions, so that all are read again after it. One is sent at a time, and of those
   * that come meanwhile only the last: whoever presses fast is neither overtaken by her own presses nor shown what was before them.
   */
  order = async (ids: readonly string[], send: () => Promise<void>): Promise<Problem | undefined> => {
    const before = this.#items;
    this.#items = inOrder(before, ids);
    this.#wanted = { ids, send };
    if (this.#ordering) return undefined;
    this.#ordering = true;
    const problem = await this.#sendOrders(before);
    this.#ordering = false;
    return problem;
  };
  async #sendOrders(kept: readonly T[]): Promise<Problem | undefined> {
    let read = kept;
    try {
      while (this.#wanted) {
        const { ids, send } = this.#wanted;
        this.#wanted = undefined;
        await send();
        kept = inOrder(kept, ids);
        if (!this.#wanted) read = await this.#list();
      }
      this.#items = read;
      return undefined;
    } catch (cause) {
      this.#wanted = undefined;
      this.#items = kept;
      return problemOf(cause);
    }
  }

  take = (item: T): void => {
    this.#items = this.find(item.id)
      ? this.#items.map((one) => (one.id === item.id ? item : one))
      : [...this.#items, item];
  };
  drop = (id: string): void => {
    this.#items = this.#items.filter((one) => one.id !== id);
  };

  #read = async (id: string): Promise<T> => {
    this.#items = await this.#list();
    const found = this.find(id);
    if (!found) throw new Problem({ status: 404, code: 'not_found' });
    return found;
  };
}

export function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem({ status: 0, code: 'unreachable' });
}

function inOrder<T extends { id: string }>(items: readonly T[], ids: readonly string[]): readonly T[] {
  return [...items].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

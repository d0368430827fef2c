import { Problem } from '@visavis/client';
import { change, create, remove, type Outcome, type Shelf } from './outcome.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** Things of one kind that only the settings show: read when their section opens. */
export class Stock<T extends { id: string }> {
  #items = $state.raw<readonly T[]>([]);
  #status = $state<Status>('loading');
  readonly #list: () => Promise<readonly T[]>;
  readonly #shelf: Shelf<T>;

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

  /** Shows the new order at once; a new order makes new versions, so that all are read again after it. */
  order = async (ids: readonly string[], send: () => Promise<void>): Promise<Problem | undefined> => {
    const before = this.#items;
    this.#items = [...before].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
    try {
      await send();
      this.#items = await this.#list();
      return undefined;
    } catch (cause) {
      this.#items = before;
      return problemOf(cause);
    }
  };

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

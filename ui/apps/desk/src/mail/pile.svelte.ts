export interface Page<T> {
  items: T[];
  next?: string;
}

/** Letters that stand the same way, newest first: read page by page, and read again when something happened. */
export class Pile<T extends { id: string }> {
  #items = $state.raw<readonly T[]>([]);
  #next = $state<string | undefined>();
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #fetching = $state(false);
  readonly #read: (cursor?: string) => Promise<Page<T>>;

  constructor(read: (cursor?: string) => Promise<Page<T>>) {
    this.#read = read;
  }

  get items(): readonly T[] {
    return this.#items;
  }
  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  get more(): boolean {
    return this.#next !== undefined;
  }
  get fetching(): boolean {
    return this.#fetching;
  }
  find = (id: string | null): T | undefined => this.#items.find((one) => one.id === id);

  /** The newest page. What was read before stays in sight until it comes, and what is older stays below it. */
  load = async (): Promise<void> => {
    try {
      const { items, next } = await this.#read();
      const oldest = items.at(-1)?.id;
      const at = oldest === undefined ? -1 : this.#items.findIndex(({ id }) => id === oldest);
      if (next !== undefined && at >= 0) this.#items = [...items, ...this.#items.slice(at + 1)];
      else [this.#items, this.#next] = [items, next];
      this.#status = 'ready';
    } catch {
      if (this.#status !== 'ready') this.#status = 'failed';
    }
  };

  retry = (): void => {
    this.#status = 'loading';
    void this.load();
  };

  earlier = async (): Promise<void> => {
    if (this.#fetching || this.#next === undefined) return;
    this.#fetching = true;
    try {
      const { items, next } = await this.#read(this.#next);
      this.#items = [...this.#items, ...items.filter(({ id }) => !this.find(id))];
      this.#next = next;
    } finally {
      this.#fetching = false;
    }
  };

  take(item: T): void {
    this.#items = this.#items.map((one) => (one.id === item.id ? item : one));
  }
  drop(id: string): void {
    this.#items = this.#items.filter((one) => one.id !== id);
  }
}

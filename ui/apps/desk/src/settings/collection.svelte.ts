import { isProblem, Problem } from '@visavis/client';

export type Status = 'loading' | 'ready' | 'failed';

/** How an attempt to change something ended. `theirs` is the thing as somebody else has just left it. */
export type Outcome<T> =
  | { kind: 'saved'; item: T }
  | { kind: 'changed'; theirs: T }
  | { kind: 'gone' }
  | { kind: 'refused'; problem: Problem };

interface Kept {
  id: string;
}

/** What a collection asks the server. */
export interface Source<T> {
  list: () => Promise<readonly T[]>;
  one: (id: string) => Promise<T>;
}

/**
 * The members, teams, channels or tokens of a workspace as the server has them. A change shows at once and is taken back
 * when it is refused; what others change arrives by `put` and `drop`.
 */
export class Collection<T extends Kept> {
  #items = $state.raw<readonly T[]>([]);
  #status = $state<Status>('loading');
  readonly #source: Source<T>;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  get items(): readonly T[] {
    return this.#items;
  }
  get status(): Status {
    return this.#status;
  }

  find(id: string | null | undefined): T | undefined {
    return this.#items.find((item) => item.id === id);
  }

  load = async (): Promise<void> => {
    if (this.#status === 'failed') this.#status = 'loading';
    try {
      this.#items = await this.#source.list();
      this.#status = 'ready';
    } catch {
      if (this.#status === 'loading') this.#status = 'failed';
    }
  };

  put(item: T): void {
    const known = this.#items.some(({ id }) => id === item.id);
    this.#items = known ? this.#items.map((old) => (old.id === item.id ? item : old)) : [...this.#items, item];
  }

  drop(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }

  /** Shows `next` at once, sends, and puts back what was there when the server says no. */
  async change(next: T, send: () => Promise<T>): Promise<Outcome<T>> {
    const before = this.find(next.id);
    this.put(next);
    return this.#settle(send, next.id, () => before && this.put(before));
  }

  async add(send: () => Promise<T>): Promise<Outcome<T>> {
    return this.#settle(send, '', () => undefined);
  }

  /** Takes the thing away at once; it comes back, in its place, when the server says no. */
  async remove(id: string, send: () => Promise<void>): Promise<Problem | undefined> {
    const before = this.#items;
    this.drop(id);
    try {
      await send();
      return undefined;
    } catch (cause) {
      if (isProblem(cause) && cause.status === 404) return undefined;
      this.#items = before;
      return problemOf(cause);
    }
  }

  async #settle(send: () => Promise<T>, id: string, back: () => void): Promise<Outcome<T>> {
    try {
      const item = await send();
      this.put(item);
      return { kind: 'saved', item };
    } catch (cause) {
      back();
      const problem = problemOf(cause);
      if (problem.status === 404) return this.#lost(id);
      return problem.code.endsWith('_changed') ? this.#overtaken(id, problem) : { kind: 'refused', problem };
    }
  }

  #lost(id: string): Outcome<T> {
    this.drop(id);
    return { kind: 'gone' };
  }

  async #overtaken(id: string, problem: Problem): Promise<Outcome<T>> {
    try {
      const theirs = await this.#source.one(id);
      this.put(theirs);
      return { kind: 'changed', theirs };
    } catch {
      return { kind: 'refused', problem };
    }
  }
}

function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem({ status: 0, code: 'unreachable' });
}

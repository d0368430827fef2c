import { freshId } from './id.ts';
import { isProblem, type Problem } from './problem.ts';

/** A word that has left the keyboard and not yet reached the server. */
export interface Pending<B> {
  /** Also its Idempotency-Key, so that a second sending is answered like the first. */
  clientId: string;
  /** Words of one lane (a conversation) leave in the order they were written. */
  lane: string;
  body: B;
  writtenAt: string;
  state: 'waiting' | 'sending' | 'refused';
  /** Why it was refused. */
  code?: string;
  detail?: string;
}

/** The little of localStorage that is needed. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface OutboxSettings<B, R> {
  /** Where it is kept; one outbox a person. */
  key: string;
  send: (pending: Pending<B>) => Promise<R>;
  /** The server has it. */
  onsent?: (pending: Pending<B>, answer: R) => void;
  onrefused?: (pending: Pending<B>, problem: Problem) => void;
  /** The list changed. */
  onchange?: (items: readonly Pending<B>[]) => void;
  shelf?: Shelf | null;
  /** Runs one task at a time across the tabs of this browser, where the browser can. */
  alone?: (name: string, task: () => Promise<void>) => Promise<void>;
  pauseMs?: number;
}

/**
 * Words on their way. Kept in localStorage until the server acknowledges them, sent again after a cut, in order, never twice:
 * each keeps its `clientId` as idempotency key for ever. A refusal stops only itself and stays visible until somebody decides.
 */
export class Outbox<B, R = unknown> {
  readonly #settings: OutboxSettings<B, R>;
  readonly #shelf: Shelf | null;
  #items: Pending<B>[] = [];
  #running: Promise<void> | undefined;
  #again = false;
  /** What is on the shelf is what we have. */
  #shelved = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: OutboxSettings<B, R>) {
    this.#settings = settings;
    this.#shelf = settings.shelf === undefined ? browserShelf() : settings.shelf;
    this.#items = this.#read().map((item) => (item.state === 'sending' ? { ...item, state: 'waiting' } : item));
  }

  get items(): readonly Pending<B>[] {
    return this.#items;
  }
  get waiting(): number {
    return this.#items.filter((item) => item.state !== 'refused').length;
  }

  /** Takes a word and sends it as soon as its turn comes. */
  add(lane: string, body: B, clientId = freshId()): Pending<B> {
    const pending: Pending<B> = { clientId, lane, body, writtenAt: new Date().toISOString(), state: 'waiting' };
    this.#change([...this.#items, pending]);
    void this.flush();
    return pending;
  }

  /** Tries a refused word again, changed when a new body is given. A changed body is another word: it gets another id. */
  retry(clientId: string, body?: B): void {
    this.#change(
      this.#items.map((item) => {
        if (item.clientId !== clientId) return item;
        const { code: _code, detail: _detail, ...kept } = item;
        return body === undefined
          ? { ...kept, state: 'waiting' as const }
          : { ...kept, body, clientId: freshId(), state: 'waiting' as const };
      }),
    );
    void this.flush();
  }

  /** Gives a word up. */
  drop(clientId: string): Pending<B> | undefined {
    const found = this.#items.find((item) => item.clientId === clientId);
    if (found) this.#change(this.#items.filter((item) => item !== found));
    return found;
  }

  /** Sends what waits. Called at the start, when the line is back, and after each word. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    const alone = this.#settings.alone ?? browserLock;
    this.#running = alone(this.#settings.key, () => this.#drain())
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
        if (!this.#again) return;
        this.#again = false;
        void this.flush();
      });
    return this.#running;
  }

  async #drain(): Promise<void> {
    this.#adopt();
    const blocked = new Set<string>();
    for (;;) {
      const next = this.#items.find((item) => item.state === 'waiting' && !blocked.has(item.lane));
      if (!next) return;
      this.#set(next.clientId, { state: 'sending' });
      try {
        const answer = await this.#settings.send(next);
        this.#change(this.#items.filter((item) => item.clientId !== next.clientId));
        this.#settings.onsent?.(next, answer);
      } catch (error) {
        if (!isProblem(error) || error.passing || error.status === 401) {
          // Not refused, only not heard: the lane waits, and so does the order of its words.
          this.#set(next.clientId, { state: 'waiting' });
          blocked.add(next.lane);
          this.#later(isProblem(error) ? error.retryAfter : undefined);
        } else {
          this.#set(next.clientId, { state: 'refused', code: error.code, detail: error.detail });
          this.#settings.onrefused?.({ ...next, state: 'refused', code: error.code, detail: error.detail }, error);
        }
      }
    }
  }

  #later(seconds: number | undefined): void {
    clearTimeout(this.#timer);
    const pause = seconds === undefined ? (this.#settings.pauseMs ?? 5000) : seconds * 1000;
    this.#timer = setTimeout(() => void this.flush(), pause);
  }

  /** Another tab may have sent some of ours since: what it took off the shelf is not ours to send. */
  #adopt(): void {
    if (!this.#shelf || !this.#shelved) return;
    const kept = new Set(this.#read().map((item) => item.clientId));
    const items = this.#items.filter((item) => kept.has(item.clientId));
    if (items.length !== this.#items.length) this.#change(items);
  }

  #set(clientId: string, change: Partial<Pending<B>>): void {
    this.#change(this.#items.map((item) => (item.clientId === clientId ? { ...item, ...change } : item)));
  }

  #change(items: Pending<B>[]): void {
    const before = new Set(this.#items.map((item) => item.clientId));
    // Words of other tabs on the same shelf stay there.
    const others = this.#read().filter((item) => !before.has(item.clientId));
    this.#items = items;
    try {
      this.#shelf?.setItem(this.#settings.key, JSON.stringify([...others, ...items]));
      this.#shelved = true;
    } catch {
      this.#shelved = false;
      // A full or forbidden shelf: the words stay in memory and are still sent.
    }
    this.#settings.onchange?.(items);
  }

  #read(): Pending<B>[] {
    try {
      const kept: unknown = JSON.parse(this.#shelf?.getItem(this.#settings.key) ?? '[]');
      return Array.isArray(kept) ? (kept as Pending<B>[]) : [];
    } catch {
      return [];
    }
  }
}

function browserShelf(): Shelf | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

async function browserLock(name: string, task: () => Promise<void>): Promise<void> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (!locks) return task();
  let begun = false;
  try {
    await locks.request(`visavis ${name}`, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (begun) throw error;
    await task(); // a frame that is refused storage is refused locks too
  }
}

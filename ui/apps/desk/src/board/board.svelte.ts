import { isProblem, type Api } from '@visavis/client';
import type { Board } from './figures.ts';

export type Phase = 'loading' | 'ready' | 'failed';

/** How often it is read while somebody looks, and how soon after something has happened. */
const everyMs = 5000;
const soonMs = 1500;
/** Older than this, the board says so. */
export const staleMs = 20_000;

/** How the floor stands: read again every few seconds, and soon after an event. What was last read stays while the next is asked for. */
export class LiveBoard {
  readonly #api: Api;
  #board = $state.raw<Board | undefined>();
  #phase = $state<Phase>('loading');
  #teamId = $state('');
  /** When it was last read, by this machine's clock. */
  #readAt = $state(0);
  #turn = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  get board(): Board | undefined {
    return this.#board;
  }
  get phase(): Phase {
    return this.#phase;
  }
  get readAt(): number {
    return this.#readAt;
  }
  /** The team that is looked at; "" is all of them. */
  get teamId(): string {
    return this.#teamId;
  }
  set teamId(id: string) {
    if (id === this.#teamId) return;
    this.#teamId = id;
    this.#board = undefined;
    this.#phase = 'loading';
    void this.load();
  }

  load = async (): Promise<void> => {
    const turn = ++this.#turn;
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#phase === 'failed') this.#phase = 'loading';
    try {
      const board = await this.#api.get('/board', { teamId: this.#teamId || null });
      if (turn !== this.#turn) return;
      this.#board = board;
      this.#readAt = Date.now();
      this.#phase = 'ready';
    } catch (error) {
      if (turn !== this.#turn) return;
      if (this.#teamId && isProblem(error) && error.status === 404) this.teamId = '';
      else if (!this.#board) this.#phase = 'failed';
    }
  };

  /** Something has happened: read once when the rush is over. */
  happened = (): void => {
    this.#soon ??= setTimeout(() => void this.load(), soonMs);
  };

  /** Reads every few seconds while the page is to be seen; returns what stops it. */
  watch(page: Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'> = document): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (!page.hidden) void this.load();
    }, everyMs);
    const back = () => {
      if (!page.hidden) void this.load();
    };
    page.addEventListener('visibilitychange', back);
    return () => {
      clearInterval(timer);
      clearTimeout(this.#soon);
      this.#turn++;
      page.removeEventListener('visibilitychange', back);
    };
  }
}

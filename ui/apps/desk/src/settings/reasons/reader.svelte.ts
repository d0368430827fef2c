import type { Api, ReaderState } from '@visavis/client';

const pause = 1500;

/** How the reader stands, followed while it learns. */
export class ReaderWatch {
  readonly #api: Api;
  #state = $state.raw<ReaderState | undefined>(undefined);
  #failed = $state(false);
  /** Whether a training ended while she looked on. */
  #ended = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  get state(): ReaderState | undefined {
    return this.#state;
  }
  get failed(): boolean {
    return this.#failed;
  }
  get ended(): boolean {
    return this.#ended;
  }

  load = async (): Promise<void> => {
    this.stop();
    try {
      this.#take(await this.#api.get('/reader'));
    } catch {
      // While it learns the next question may be answered.
      if (this.#state?.training) this.#later();
      else this.#failed = true;
    }
  };
  /** Fails with the server's refusal. */
  async train(): Promise<void> {
    this.#ended = false;
    this.#take(await this.#api.post('/reader/train'));
  }
  stop(): void {
    clearTimeout(this.#timer);
  }

  #take(next: ReaderState): void {
    this.#ended ||= this.#state?.training !== undefined && next.training === undefined;
    this.#state = next;
    this.#failed = false;
    if (next.training) this.#later();
  }
  #later(): void {
    this.stop();
    this.#timer = setTimeout(() => void this.load(), pause);
  }
}

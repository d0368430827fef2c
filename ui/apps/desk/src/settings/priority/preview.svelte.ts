import type { RoutingCalls, Weights, WeightsPreview } from '../routing-calls.ts';

const pause = 300;

/** What other weights would do to those who wait now: asked a moment after the last change. */
export class QueuePreview {
  #answer = $state.raw<WeightsPreview | undefined>();
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  readonly #calls: RoutingCalls;

  constructor(calls: RoutingCalls) {
    this.#calls = calls;
  }

  get answer(): WeightsPreview | undefined {
    return this.#answer;
  }
  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }

  ask(weights: Weights): void {
    this.stop();
    this.#timer = setTimeout(() => void this.#ask(weights), this.#answer ? pause : 0);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #ask(weights: Weights): Promise<void> {
    const running = (this.#running = new AbortController());
    try {
      this.#answer = await this.#calls.previewWeights(weights, running.signal);
      this.#status = 'ready';
    } catch {
      if (!running.signal.aborted) this.#status = 'failed';
    }
  }
}

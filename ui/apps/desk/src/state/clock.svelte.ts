import { createSubscriber } from 'svelte/reactivity';

/**
 * The one clock of the desk, set by the server's: a promise must not be late on one screen and in time on another. It ticks only
 * while something on the screen reads it, every second or every ten, and everything that reads it moves together.
 */
export class Clock {
  /** How far the server's clock is ahead of this machine's, ms. */
  #ahead = 0;
  readonly #calm = ticking(10_000);
  readonly #fine = ticking(1000);

  /** Now, ms, for what changes by minutes. */
  get now(): number {
    this.#calm();
    return Date.now() + this.#ahead;
  }
  /** Now, ms, for what counts seconds. */
  get second(): number {
    this.#fine();
    return Date.now() + this.#ahead;
  }
  /** Now, ms, read once. */
  read(): number {
    return Date.now() + this.#ahead;
  }
  /** The server has said what time it is. */
  set(now: string): void {
    const said = Date.parse(now);
    if (!Number.isNaN(said)) this.#ahead = said - Date.now();
  }
}

function ticking(everyMs: number): () => void {
  return createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
}

import { isProblem } from '@visavis/client';
import type { MailboxCalls, Step } from './calls.ts';

/** One try of a mailbox's settings, step by step as it happens. */
export class Trial {
  #steps = $state.raw<readonly Step[]>([]);
  #phase = $state<'rest' | 'running' | 'passed' | 'failed' | 'nothing' | 'broken'>('rest');
  #stop: AbortController | undefined;
  readonly #id: string;
  readonly #calls: MailboxCalls;

  constructor(id: string, calls: MailboxCalls) {
    this.#id = id;
    this.#calls = calls;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }
  /** nothing: this server has no way to try it; broken: the trial itself was cut. */
  get phase(): 'rest' | 'running' | 'passed' | 'failed' | 'nothing' | 'broken' {
    return this.#phase;
  }

  run = async (): Promise<void> => {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.#steps = [];
    this.#phase = 'running';
    try {
      await this.#calls.try(this.#id, (step) => stop.signal.aborted || this.#take(step), stop.signal);
      if (stop.signal.aborted) return;
      const ended = this.#steps.length > 0 && this.#steps.every(({ state }) => state === 'done');
      if (ended) this.#phase = 'passed';
      else this.#phase = this.#steps.some(({ state }) => state === 'failed') ? 'failed' : 'broken';
    } catch (cause) {
      if (!stop.signal.aborted) this.#phase = isProblem(cause, 'nothing_to_try') ? 'nothing' : 'broken';
    }
  };

  stop = (): void => {
    this.#stop?.abort();
    this.#stop = undefined;
  };

  #take(step: Step): void {
    const same = (one: Step) => one.name === step.name && one.part === step.part;
    this.#steps = this.#steps.some(same) ? this.#steps.map((one) => (same(one) ? step : one)) : [...this.#steps, step];
  }
}

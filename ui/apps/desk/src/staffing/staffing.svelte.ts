import { Problem, type Api } from '@visavis/client';
import type { Forecast, Plan } from './plan.ts';
import { Ask } from './question.svelte.ts';

export type Phase = 'forecast' | 'plan' | 'queue' | 'ready' | 'little' | 'failed' | 'refused';

/** How long to wait before asking again while another plan is worked out, and how often at most. */
const againAfter = 2500;
const patience = 12;

/** A day: what is expected, how many it takes, and what if some are missing. The last question wins; an older answer is dropped. */
export class Staffing {
  readonly ask: Ask;
  readonly #api: Api;
  readonly #wait: (ms: number) => Promise<void>;
  #forecast = $state.raw<Forecast | undefined>();
  #plan = $state.raw<Plan | undefined>();
  #phase = $state<Phase>('forecast');
  #refusal = $state('');
  #turn = 0;

  constructor(api: Api, today: string, wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))) {
    this.#api = api;
    this.#wait = wait;
    this.ask = new Ask(today);
  }

  get forecast(): Forecast | undefined {
    return this.#forecast;
  }
  get plan(): Plan | undefined {
    return this.#plan;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** Why the server would not answer, in its words. */
  get refusal(): string {
    return this.#refusal;
  }
  get busy(): boolean {
    return this.#phase === 'forecast' || this.#phase === 'plan' || this.#phase === 'queue';
  }

  /** Reads the day, then works the plan out. */
  load = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.#phase = 'forecast';
    const { day, teamId } = this.ask;
    try {
      const forecast = await this.#api.get('/staffing/forecast', { day, teamId: teamId === '' ? null : teamId });
      if (turn !== this.#turn) return;
      this.#forecast = forecast;
      this.#plan = undefined;
      if (!forecast.enough) {
        this.#phase = 'little';
        return;
      }
    } catch (cause) {
      if (turn === this.#turn) this.#fail(cause);
      return;
    }
    await this.workOut();
  };

  /** Works the plan out for the question as it is now, on the day that was read. */
  workOut = async (): Promise<void> => {
    const { question } = this.ask;
    if (!question) {
      if (this.#phase === 'forecast') this.#phase = 'ready';
      return;
    }
    const turn = ++this.#turn;
    this.#phase = 'plan';
    for (let tries = 0; ; tries++) {
      try {
        const plan = await this.#api.post('/staffing/plan', question, { timeout: 30_000 });
        if (turn !== this.#turn) return;
        this.#plan = plan;
        this.#phase = 'ready';
        return;
      } catch (cause) {
        if (turn !== this.#turn) return;
        const queued = cause instanceof Problem && cause.status === 429 && tries < patience;
        if (!queued) {
          this.#fail(cause);
          return;
        }
        this.#phase = 'queue';
      }
      await this.#wait(againAfter);
      if (turn !== this.#turn) return;
    }
  };

  #fail(cause: unknown): void {
    const refused = cause instanceof Problem && cause.status >= 400 && cause.status < 500;
    this.#phase = refused ? 'refused' : 'failed';
    this.#refusal = refused ? cause.detail : '';
  }
}

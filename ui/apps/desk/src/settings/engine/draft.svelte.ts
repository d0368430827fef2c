import type { EngineBody, KeptEngine } from './calls.ts';

/** The least that the server takes for a month. */
export const leastTokens = 10_000;

/** The engine while it is being chosen: knows whether it differs, what is missing, and what must be accepted. */
export class EngineDraft {
  on = $state(false);
  url = $state('');
  model = $state('');
  key = $state('');
  which = $state<EngineBody['which']>('abstained');
  monthlyCalls = $state(0);
  monthlyTokens = $state(0);
  accept = $state('');
  #saved = $state.raw<KeptEngine | undefined>(undefined);
  #written = $state('');

  constructor(engine: KeptEngine) {
    this.fill(engine);
  }

  fill(engine: KeptEngine): void {
    this.on = engine.on;
    this.url = engine.url;
    this.model = engine.model;
    this.which = engine.which;
    this.monthlyCalls = engine.monthlyCalls;
    this.monthlyTokens = engine.monthlyTokens;
    this.key = '';
    this.accept = '';
    this.#saved = engine;
    this.#written = JSON.stringify(this.body);
  }

  get body(): EngineBody {
    const { on, which, monthlyCalls, monthlyTokens } = this;
    const accept = this.accept.trim();
    return {
      on,
      url: bare(this.url),
      model: this.model.trim(),
      which,
      monthlyCalls,
      monthlyTokens,
      ...(this.key ? { key: this.key.trim() } : {}),
      ...(accept ? { accept } : {}),
    };
  }
  get changed(): boolean {
    return JSON.stringify(this.body) !== this.#written;
  }
  /** A key is for whom it was given to. */
  get moved(): boolean {
    return this.#saved !== undefined && this.#saved.url !== '' && bare(this.url) !== this.#saved.url;
  }
  /** What was accepted is not what would be done. */
  get unaccepted(): boolean {
    return !this.#saved?.consent || this.moved || this.model.trim() !== this.#saved.model;
  }
  /** Whom the messages would go to. */
  get host(): string {
    return URL.parse(bare(this.url))?.host ?? '';
  }
  get missing(): { url: boolean; model: boolean; tokens: boolean; accept: boolean } {
    return {
      url: this.on && bare(this.url) === '',
      model: this.on && this.model.trim() === '',
      tokens: this.monthlyTokens < leastTokens,
      accept: this.on && this.unaccepted && this.accept.trim() === '',
    };
  }
  get faults(): number {
    return Object.values(this.missing).filter(Boolean).length;
  }
}

const bare = (url: string) => url.trim().replace(/\/+$/, '');

import type { Token } from '@visavis/client';
import type { Calls } from '../server.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** The API tokens of the workspace: read when this section opens, since nothing else shows them. */
export class Tokens {
  #items = $state.raw<readonly Token[]>([]);
  #status = $state<Status>('loading');
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
    void this.load();
  }

  get items(): readonly Token[] {
    return this.#items;
  }
  get status(): Status {
    return this.#status;
  }

  load = async (): Promise<void> => {
    this.#status = 'loading';
    try {
      this.#items = await this.#calls.tokens();
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  take = (token: Token): void => {
    this.#items = [token, ...this.#items.filter(({ id }) => id !== token.id)];
  };
  drop = (id: string): void => {
    this.#items = this.#items.filter((token) => token.id !== id);
  };
}

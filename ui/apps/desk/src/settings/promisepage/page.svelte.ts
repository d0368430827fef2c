import { change, type Outcome } from '../outcome.ts';
import type { PageBody, PageCalls, PublicPage } from './calls.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** The workspace's one public page: read when its section opens. */
export class PageRoom {
  #page = $state.raw<PublicPage | undefined>();
  #status = $state<Status>('loading');
  readonly #calls: PageCalls;

  constructor(calls: PageCalls) {
    this.#calls = calls;
    void this.load();
  }

  get page(): PublicPage | undefined {
    return this.#page;
  }
  get status(): Status {
    return this.#status;
  }

  load = async (): Promise<void> => {
    this.#status = 'loading';
    try {
      this.#page = await this.#calls.read();
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  /** Saves over the page as the form knows it. What is not saved yet is not shown: everybody reads this page. */
  save(base: PublicPage, body: PageBody): Promise<Outcome<PublicPage>> {
    const shelf = {
      find: () => this.#page,
      take: (page: PublicPage) => (this.#page = page),
      drop: () => undefined,
      read: this.#calls.read,
    };
    return change(shelf, base, () => this.#calls.save(body, base.version));
  }
}

import type { AuditLine, Calls } from '../server.ts';

export type Status = 'loading' | 'ready' | 'failed';

/** The audit log, newest first, read a page at a time. */
export class AuditLog {
  #lines = $state.raw<readonly AuditLine[]>([]);
  #next = $state<string | null | undefined>(undefined);
  #status = $state<Status>('loading');
  #reading = $state(false);
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
    void this.load();
  }

  get lines(): readonly AuditLine[] {
    return this.#lines;
  }
  get status(): Status {
    return this.#status;
  }
  get reading(): boolean {
    return this.#reading;
  }
  /** Whether the first line ever written is in sight. */
  get whole(): boolean {
    return this.#status === 'ready' && !this.#next;
  }

  load = async (): Promise<void> => {
    this.#status = 'loading';
    this.#lines = [];
    this.#next = undefined;
    await this.more();
  };

  more = async (): Promise<void> => {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const page = await this.#calls.audit(this.#next);
      this.#lines = [...this.#lines, ...page.items];
      this.#next = page.next;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    } finally {
      this.#reading = false;
    }
  };
}

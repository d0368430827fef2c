import { Problem } from '@visavis/client';
import type { Say } from './words.ts';

/** Why a field cannot be sent as it is, by field; nothing when it can. */
export type Faults<F extends string> = Partial<Record<F, string>>;

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

export function mailFault(email: string, t: Say): string | undefined {
  if (email.trim() === '') return t('fault.email.empty');
  return MAIL.test(email.trim()) ? undefined : t('fault.email.form');
}

/** The fields that have a fault, so that an empty answer means "send it". */
export function faultsOf<F extends string>(all: Record<F, string | undefined>): Faults<F> {
  const wrong: Faults<F> = {};
  for (const name in all) if (all[name] !== undefined) wrong[name] = all[name];
  return wrong;
}

/** One form being sent: what is wrong with which field, what is wrong with the whole, and whether it is under way. */
export class Attempt<F extends string> {
  #busy = $state(false);
  #faults = $state.raw<Faults<F>>({});
  #refusal = $state('');
  readonly #t: Say;
  readonly #fields: readonly F[];

  constructor(t: Say, fields: readonly F[]) {
    this.#t = t;
    this.#fields = fields;
  }

  get busy(): boolean {
    return this.#busy;
  }
  get faults(): Faults<F> {
    return this.#faults;
  }
  get refusal(): string {
    return this.#refusal;
  }

  /** Somebody is correcting a field: its fault goes, and so does the refusal of the whole. */
  mend(field: F): void {
    this.#faults = { ...this.#faults, [field]: undefined };
    this.#refusal = '';
  }

  /** Sends unless a field is at fault. `explain` may put a refusal beside a field. */
  async send(
    faults: Faults<F>,
    go: () => Promise<void>,
    explain?: (problem: Problem) => Faults<F> | undefined,
  ): Promise<void> {
    this.#refusal = '';
    this.#faults = faults;
    if (this.#busy || Object.keys(faults).length > 0) return;
    this.#busy = true;
    try {
      await go();
    } catch (cause) {
      this.#explain(cause, explain);
    } finally {
      this.#busy = false;
    }
  }

  #explain(cause: unknown, explain?: (problem: Problem) => Faults<F> | undefined): void {
    if (!(cause instanceof Problem) || cause.status === 0 || cause.status >= 500) {
      this.#refusal = this.#t('entry.offline');
      return;
    }
    if (cause.status === 429) {
      this.#refusal = this.#t('entry.later', { wait: this.#wait(cause.retryAfter ?? 60) });
      return;
    }
    this.#faults = explain?.(cause) ?? this.#beside(cause);
    if (Object.keys(this.#faults).length === 0) this.#refusal = this.#t('entry.refused', { detail: cause.detail });
  }

  #beside(problem: Problem): Faults<F> {
    const wrong: Faults<F> = {};
    for (const name of this.#fields) {
      const message = problem.field(name);
      if (message !== undefined) wrong[name] = this.#own(name) ?? message;
    }
    return wrong;
  }

  /** The server speaks English only: what is refused most often is said in the reader's language. */
  #own(name: F): string | undefined {
    if (name === 'password') return this.#t('fault.password.guessable');
    return name === 'email' ? this.#t('fault.email.form') : undefined;
  }

  #wait(seconds: number): string {
    if (seconds < 90) return this.#t('entry.wait.seconds', { n: Math.ceil(seconds) });
    return this.#t('entry.wait.minutes', { n: Math.ceil(seconds / 60) });
  }
}

import { isProblem } from '@visavis/client';
import type { Session } from '../state/session.svelte.ts';
import type { MailSay } from './words.ts';

/** One decision at a time on one letter; what refuses it is said in a line that stays. */
export class Acting {
  #busy = $state('');
  readonly #session: Session;
  readonly #t: MailSay;

  constructor(session: Session, t: MailSay) {
    this.#session = session;
    this.#t = t;
  }

  /** The decision under way, "" for none. */
  get busy(): string {
    return this.#busy;
  }

  async run<T>(name: string, send: () => Promise<T>, done: (answer: T) => void): Promise<void> {
    if (this.#busy) return;
    this.#busy = name;
    try {
      done(await send());
    } catch (cause) {
      this.#session.toasts.refuse({ text: this.#why(cause) });
      void this.#session.mail.load();
    } finally {
      this.#busy = '';
    }
  }

  said(text: string): void {
    this.#session.toasts.show({ text, icon: 'check', for: 5000 });
  }

  #why(cause: unknown): string {
    if (!isProblem(cause) || cause.status === 0 || cause.status >= 500) return this.#t('mail.offline');
    if (cause.status === 404 || cause.status === 409) return this.#t('mail.gone');
    return this.#t('mail.refused', { detail: cause.detail || cause.code });
  }
}

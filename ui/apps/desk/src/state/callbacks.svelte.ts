import type { Callback } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';
import { promiseWords } from '../promise/words.ts';
import type { Session } from './session.svelte.ts';

/** Calls that customers were promised, by conversation. */
export class Callbacks {
  readonly #session: Session;
  readonly #voice;
  #asked = new SvelteMap<string, Callback>();

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(promiseWords);
  }

  of(conversationId: string): Callback | undefined {
    return this.#asked.get(conversationId);
  }

  async load(): Promise<void> {
    try {
      const { items } = await this.#session.api.get('/callbacks');
      this.#asked.clear();
      for (const callback of items) this.take(callback);
    } catch {
      // Shown as soon as the line says so.
    }
  }

  take(callback: Callback): void {
    if (callback.state === 'asked') this.#asked.set(callback.conversationId, callback);
    else this.drop(callback.conversationId, callback.id);
  }
  /** It was made, given up, or taken back. */
  drop(conversationId: string, callbackId: string): void {
    if (this.#asked.get(conversationId)?.id === callbackId) this.#asked.delete(conversationId);
  }

  async end(callback: Callback, outcome: 'done' | 'unreachable'): Promise<void> {
    const { t } = this.#voice;
    this.#asked.delete(callback.conversationId);
    try {
      this.take(await this.#session.api.post(`/callbacks/${callback.id}/done`, { outcome }));
      this.#session.toasts.show({ text: t(`callback.toast.${outcome}`), icon: 'phone', for: 5000 });
    } catch {
      this.#asked.set(callback.conversationId, callback);
      this.#session.toasts.refuse({ text: t('callback.refused') });
    }
  }
}

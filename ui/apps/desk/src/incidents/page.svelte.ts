import { isProblem, type Api, type Body, type IncidentDetail } from '@visavis/client';
import type { Session } from '../state/session.svelte.ts';
import { incidentWords } from './words.ts';

export type Verdict = 'confirm' | 'fixing' | 'solve' | 'undo';

/** One incident with what people decide by, and what they can do about it. */
export class Page {
  readonly #session: Session;
  readonly #api: Api;
  readonly id: string;
  #incident = $state.raw<IncidentDetail | undefined>(undefined);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #busy = $state(false);
  #soon: ReturnType<typeof setTimeout> | undefined;
  #watched = false;
  #turn = 0;

  constructor(session: Session, id: string) {
    this.#session = session;
    this.#api = session.api;
    this.id = id;
  }

  get incident(): IncidentDetail | undefined {
    return this.#incident;
  }
  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  get busy(): boolean {
    return this.#busy;
  }

  load = async (): Promise<void> => {
    const turn = ++this.#turn;
    try {
      const got = await this.#api.get(`/incidents/${this.id}`);
      if (turn !== this.#turn) return;
      this.#incident = got;
      this.#status = 'ready';
    } catch {
      if (turn !== this.#turn) return;
      if (!this.#incident) this.#status = 'failed';
    }
    // Whoever is told is told a few at a time: look again until all are.
    clearTimeout(this.#soon);
    if (this.#watched && this.#telling) this.#soon = setTimeout(() => void this.load(), 1500);
  };

  /** Follows what happens to it; returns what stops that. */
  watch = (): (() => void) => {
    this.#watched = true;
    void this.load();
    const off = this.#session.incidents.on((id) => id === this.id && void this.load());
    return () => {
      this.#watched = false;
      clearTimeout(this.#soon);
      off();
    };
  };

  decide = (verdict: Verdict, body: Body<'post', `/incidents/${string}/confirm`> = {}): Promise<boolean> =>
    this.#do(() =>
      verdict === 'undo'
        ? this.#api.post(`/incidents/${this.id}/undo`)
        : verdict === 'confirm'
          ? this.#api.post(`/incidents/${this.id}/confirm`, body)
          : verdict === 'fixing'
            ? this.#api.post(`/incidents/${this.id}/fixing`, body)
            : this.#api.post(`/incidents/${this.id}/solve`, body),
    );
  dismiss = (why: string): Promise<boolean> => this.#do(() => this.#api.post(`/incidents/${this.id}/dismiss`, { why }));
  amend = (body: Body<'patch', `/incidents/${string}`>): Promise<boolean> =>
    this.#do(() => this.#api.patch(`/incidents/${this.id}`, body));
  tick = (at: number, done: boolean): Promise<boolean> =>
    this.#do(() => this.#api.put(`/incidents/${this.id}/steps/${String(at)}`, { done }));
  /** Says when somebody else saw it; what was wrong about that, nothing for nothing. */
  sight = async (at: string, source: string): Promise<unknown> => {
    if (this.#busy) return undefined;
    this.#busy = true;
    try {
      await this.#api.put(`/incidents/${this.id}/sighting`, { at, source });
      await Promise.all([this.load(), this.#session.incidents.load()]);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.#busy = false;
    }
  };
  unsight = (): Promise<boolean> => this.#do(() => this.#api.delete(`/incidents/${this.id}/sighting`));

  /** Somebody is still to be told what was decided. */
  get #telling(): boolean {
    const { state, texts, tallies = [] } = this.#incident ?? {};
    const left = (which: 'held' | 'told') => tallies.some((one) => one[which] < one.conversations);
    if (state === 'solved') return Boolean(texts?.solved?.fr || texts?.solved?.en) && left('told');
    const known = state === 'confirmed' || state === 'fixing';
    return known && Boolean(texts?.holding?.fr || texts?.holding?.en) && left('held');
  }

  async #do(send: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      await send();
      await Promise.all([this.load(), this.#session.incidents.load()]);
      return true;
    } catch (error) {
      const { t } = this.#session.i18n.with(incidentWords);
      this.#session.toasts.refuse({
        text: t('act.refused', { detail: isProblem(error) ? error.detail || error.code : '' }),
      });
      return false;
    } finally {
      this.#busy = false;
    }
  }
}

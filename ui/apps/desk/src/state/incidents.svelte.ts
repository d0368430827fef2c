import type { Event, Incident } from '@visavis/client';
import { incidentWords } from '../incidents/words.ts';
import type { Session } from './session.svelte.ts';

/** Incidents, those that are open first: the desk says wherever she is that one is suspected. */
export class Incidents {
  readonly #session: Session;
  #items = $state.raw<readonly Incident[]>([]);
  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #soon: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<(id: string) => void>();

  constructor(session: Session) {
    this.#session = session;
  }

  get items(): readonly Incident[] {
    return this.#items;
  }
  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  get open(): readonly Incident[] {
    return this.#items.filter(({ endedAt }) => !endedAt);
  }
  get suspected(): number {
    return this.#items.filter(({ state }) => state === 'suspected').length;
  }
  /** Whether she may say what an incident is. */
  get decides(): boolean {
    return this.#session.member !== undefined && this.#session.member.role !== 'agent';
  }

  /** What people call it: its name, else its reason. */
  nameOf({ name, reason }: Pick<Incident, 'name' | 'reason'>): string {
    const { i18n, readings } = this.#session;
    if (name) return name;
    return reason ? readings.tree.nameOf(reason, i18n.locale) : i18n.with(incidentWords).t('inc.unnamed');
  }

  load = async (): Promise<void> => {
    try {
      this.#items = (await this.#session.api.get('/incidents')).items;
      this.#status = 'ready';
    } catch {
      this.#status = 'failed';
    }
  };

  /** Tells a page that shows an incident that something happened to it. */
  on(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  accept(event: Event): void {
    if (!('incidentId' in event)) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.load(), 200);
    for (const listener of this.#listeners) listener(event.incidentId);
    if (event.type === 'incident.suspected' && this.decides) this.#warn(event.incidentId, event.reason);
  }

  forget(): void {
    clearTimeout(this.#soon);
    this.#items = [];
    this.#status = 'loading';
  }

  #warn(id: string, reason?: string): void {
    const { t } = this.#session.i18n.with(incidentWords);
    this.#session.toasts.refuse({
      text: t('inc.suspected.toast', { name: this.nameOf({ reason }) }),
      verb: t('inc.look'),
      run: () => this.#session.route.go(`#/incidents/${id}`),
    });
  }
}

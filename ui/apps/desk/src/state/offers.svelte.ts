import { isProblem, type Conversation, type DeclineReason, type Offer } from '@visavis/client';
import { promiseWords } from '../promise/words.ts';
import type { Session } from './session.svelte.ts';

const slipMs = 700;

/** Those that still ring at an instant, the first made first: she answers one at a time. */
export function ringing(offers: readonly Offer[], now: number): Offer[] {
  return offers
    .filter(({ state, expiresAt }) => state === 'ringing' && Date.parse(expiresAt) > now)
    .sort((a, b) => Date.parse(a.madeAt) - Date.parse(b.madeAt) || (a.id < b.id ? -1 : 1));
}

/** Conversations offered to her. Each rings until she answers, somebody else has it, or its time is over. */
export class Offers {
  readonly #session: Session;
  readonly #voice;
  #items = $state.raw<readonly Offer[]>([]);
  /** When what stands first came up. */
  #shownAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(promiseWords);
  }

  /** What rings, first the one to answer. */
  get items(): readonly Offer[] {
    return this.#items;
  }
  get current(): Offer | undefined {
    return this.#items[0];
  }

  /** Whether it has stood long enough that a key pressed for something else is not meant for it. */
  get settled(): boolean {
    return Date.now() - this.#shownAt > slipMs;
  }

  async load(): Promise<void> {
    try {
      const { items } = await this.#session.api.get('/offers');
      for (const { conversation } of items) this.#session.inbox.take(conversation);
      this.#set(items);
    } catch {
      // Nothing rings until the line says so.
    }
  }

  /** An offer was made to her. */
  made(offer: Offer): void {
    if (this.#items.some(({ id }) => id === offer.id)) return;
    this.#session.inbox.take(offer.conversation);
    this.#set([...this.#items, offer]);
    if (this.#items.some(({ id }) => id === offer.id)) this.#session.notifier.offered(offer);
  }
  /** An offer is over: answered on another screen, taken, or its time has passed. */
  ended(offer: Offer): void {
    const known = this.#items.find(({ id }) => id === offer.id);
    if (!known) return;
    this.#remove(offer.id);
    if (offer.state === 'expired' || offer.state === 'withdrawn') this.#gone(known);
  }
  forget(): void {
    this.#set([]);
  }

  async accept(offer: Offer): Promise<void> {
    const { api, inbox, route, toasts, me } = this.#session;
    this.#remove(offer.id);
    const lift = inbox.guess(offer.conversationId, { assigneeId: me?.member.id });
    route.open(offer.conversationId);
    try {
      inbox.take(await api.post(`/offers/${offer.id}/accept`));
    } catch (error) {
      const text = isProblem(error) && error.status === 0 ? 'refused.offline' : 'offer.refused';
      toasts.refuse({ text: this.#voice.t(text) });
    } finally {
      lift();
    }
  }

  async decline(offer: Offer, reason: DeclineReason): Promise<void> {
    const { api, toasts } = this.#session;
    this.#remove(offer.id);
    try {
      await api.post(`/offers/${offer.id}/decline`, { reason });
      toasts.show({ text: this.#voice.t('offer.declined'), icon: 'right', for: 4000 });
    } catch {
      // It was over anyway, or its time passes by itself.
    }
  }

  #set(items: readonly Offer[]): void {
    const first = this.#items[0]?.id;
    this.#items = ringing(items, this.#session.clock.read());
    if (this.#items[0]?.id !== first) this.#shownAt = Date.now();
    this.#wait();
  }
  #remove(id: string): void {
    this.#set(this.#items.filter((offer) => offer.id !== id));
  }

  /** Lets each go when its time is over, even if the line is slow to say so. */
  #wait(): void {
    clearTimeout(this.#timer);
    const next = Math.min(...this.#items.map(({ expiresAt }) => Date.parse(expiresAt)));
    if (!Number.isFinite(next)) return;
    const expire = () => {
      const before = this.#items;
      this.#set(before);
      for (const offer of before) if (!this.#items.includes(offer)) this.#gone(offer);
    };
    this.#timer = setTimeout(expire, Math.max(0, next - this.#session.clock.read()) + 20);
  }

  #gone({ conversation }: { conversation: Pick<Conversation, 'customer'> }): void {
    const { t } = this.#voice;
    const { name } = conversation.customer;
    this.#session.toasts.show({
      text: name ? t('offer.gone', { name }) : t('offer.gone.anonymous'),
      icon: 'right',
      for: 6000,
    });
  }
}

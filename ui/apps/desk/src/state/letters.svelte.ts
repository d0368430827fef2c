import {
  isProblem,
  type Api,
  type Event,
  type Letter,
  type Participant,
  type ScheduledReply,
  type Sending,
} from '@visavis/client';
import { SvelteSet } from 'svelte/reactivity';
import { Envelope } from '../letter/envelope.svelte.ts';

/** Links to a letter's bytes live 15 minutes; older ones are asked for anew before they are followed. */
const linksFor = 10 * 60_000;

/** What the messages of one conversation are as letters: read when it is opened, and again when something about them happens. */
export class LettersStore {
  readonly id: string;
  readonly #api: Api;
  #letters = $state.raw<ReadonlyMap<string, Letter>>(new Map());
  #sendings = $state.raw<ReadonlyMap<string, Sending>>(new Map());
  #participants = $state.raw<readonly Participant[]>([]);
  #scheduled = $state.raw<readonly ScheduledReply[]>([]);
  #loaded = $state(false);
  #readAt = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  /** What she has chosen of the answer that she writes. */
  readonly envelope = new Envelope();
  /** Letters that she wants to see as their sender designed them, and those whose pictures she asked for. */
  readonly designed = new SvelteSet<string>();
  readonly pictured = new SvelteSet<string>();

  constructor(id: string, api: Api) {
    this.id = id;
    this.#api = api;
  }

  get loaded(): boolean {
    return this.#loaded;
  }
  get participants(): readonly Participant[] {
    return this.#participants;
  }
  /** Those about whom nobody has decided. */
  get asking(): readonly Participant[] {
    return this.#participants.filter(({ rights }) => rights === 'asked');
  }
  /** Answers that are to be said later, those about to leave among them, and those that were held back. */
  get scheduled(): readonly ScheduledReply[] {
    return this.#scheduled;
  }
  /** Oldest first. */
  get all(): readonly Letter[] {
    return [...this.#letters.values()];
  }
  letter(messageId: string | undefined): Letter | undefined {
    return messageId ? this.#letters.get(messageId) : undefined;
  }
  sending(messageId: string | undefined): Sending | undefined {
    return messageId ? this.#sendings.get(messageId) : undefined;
  }

  /** Reads them all. What happens while they are read is read once more, not missed. */
  load(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<void> {
    do {
      this.#again = false;
      try {
        const [{ letters, sendings, participants }, scheduled] = await Promise.all([
          this.#api.get(`/conversations/${this.id}/letters`),
          this.#api.get(`/conversations/${this.id}/scheduled`),
        ]);
        this.#scheduled = scheduled.items;
        this.#letters = new Map(letters.map((letter) => [letter.id, letter]));
        this.#sendings = new Map(sendings.flatMap((one) => (one.messageId ? [[one.messageId, one] as const] : [])));
        this.#participants = participants;
        this.#loaded = true;
        this.#readAt = Date.now();
      } catch {
        // Off line: the words are shown without their letters, and the next event or opening asks again.
      }
    } while (this.#again);
  }

  /** A letter whose links can be followed now. */
  async fresh(messageId: string): Promise<Letter | undefined> {
    if (Date.now() - this.#readAt > linksFor) await this.load();
    return this.#letters.get(messageId);
  }

  accept(event: Event): void {
    if (!('conversationId' in event) || event.conversationId !== this.id) return;
    switch (event.type) {
      case 'sending.changed':
      case 'conversation.participants':
      case 'arrival.settled':
      case 'message.received':
      case 'message.sent':
        void this.load();
        break;
      default:
    }
  }

  putScheduled(one: ScheduledReply): void {
    this.#scheduled = [...this.#scheduled.filter(({ id }) => id !== one.id), one];
  }
  dropScheduled(id: string): void {
    this.#scheduled = this.#scheduled.filter((one) => one.id !== id);
  }

  /** Tries a letter again, or takes it back before it leaves; says why that was refused. */
  async act(sending: Sending, verb: 'again' | 'cancel'): Promise<string | undefined> {
    try {
      const now = await this.#api.post(`/sendings/${sending.id}/${verb}`, {});
      if (now.messageId) this.#sendings = new Map(this.#sendings).set(now.messageId, now);
      return undefined;
    } catch (error) {
      void this.load();
      return isProblem(error) ? error.detail : '';
    }
  }

  /** Lets somebody who joined by letter read the answers, or not. */
  async decide(address: string, rights: 'granted' | 'refused'): Promise<string | undefined> {
    try {
      const { items } = await this.#api.put(`/conversations/${this.id}/participants`, { address, rights });
      this.#participants = items;
      return undefined;
    } catch (error) {
      return isProblem(error) ? error.detail : '';
    }
  }
}

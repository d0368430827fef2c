import type { Api, Conversation, ConversationPage, Counts, Event, Owed } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';
import { filterQuery, fits, isFiltered } from '../reading/filter.ts';
import type { ListOrder } from './preferences.svelte.ts';
import type { ListPlace } from './route.svelte.ts';
import { before, due, ListWindow, pressing, type Before } from './window.svelte.ts';

/** A change shown before the server has said yes. */
export type Guess = Partial<Conversation>;

interface Layer {
  id: string;
  guess: Guess;
}

export interface Reader {
  memberId: string;
  teamIds: readonly string[];
  /** The server's clock, ms. */
  now: number;
  order: ListOrder;
}

/** A promise due within this is at risk; so says the server, too. */
const riskMs = 15 * 60_000;
/** Rows that fill a screen. */
const enough = 30;

/**
 * Every conversation this desk knows, once. Answers of the API and live events enter by `take`; what she has just done lies over
 * it as a guess until the server agrees, and is lifted off when it does not. Lists are windows on this one copy.
 */
export class Inbox {
  readonly #api: Api;
  readonly #reader: () => Reader;
  #known = new SvelteMap<string, Conversation>();
  #guesses = $state.raw<readonly Layer[]>([]);
  #windows = new Map<string, ListWindow>();
  #counts = $state.raw<Counts | null>(null);
  #counting: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, reader: () => Reader) {
    this.#api = api;
    this.#reader = reader;
  }

  /** Open conversations by view; null until known. */
  get counts(): Counts | null {
    return this.#counts;
  }

  /** A conversation as the screen shows it: the truth, with her own guesses over it. */
  get(id: string | null | undefined): Conversation | undefined {
    const base = id ? this.#known.get(id) : undefined;
    if (!base) return undefined;
    let shown = base;
    for (const layer of this.#guesses) if (layer.id === id) shown = { ...shown, ...layer.guess };
    return shown;
  }
  /** What the server last said. */
  truth(id: string): Conversation | undefined {
    return this.#known.get(id);
  }

  window(place: ListPlace): ListWindow {
    const order = this.orderOf(place);
    const key = `${place.view} ${place.teamId ?? ''} ${place.state} ${order} ${filterQuery(place.filter)}`;
    let found = this.#windows.get(key);
    if (!found) {
      found = new ListWindow({
        fetch: (cursor) => this.#fetch(place, order, cursor),
        belongs: (conversation) => this.#belongs(conversation, place),
        get: (id) => this.get(id),
        before: orders[order],
      });
      this.#windows.set(key, found);
    }
    return found;
  }

  /** How a list is ordered: only what is open can press, and promises at risk stand by their deadline. */
  orderOf({ view, state }: ListPlace): ListOrder | 'due' {
    if (view === 'risk') return 'due';
    return state === 'open' ? this.#reader().order : 'activity';
  }

  async #fetch(place: ListPlace, order: ListOrder | 'due', cursor: string | undefined): Promise<ConversationPage> {
    const ask = (from: string | undefined) =>
      this.#api.get('/conversations', {
        view: place.view,
        teamId: place.teamId,
        state: place.state,
        order: order === 'due' ? undefined : order,
        ...place.filter,
        limit: 100,
        cursor: from,
      });
    const first = await ask(cursor);
    const items = [...first.items];
    let { next } = first;
    // Of what is chosen the server looks through so many for a page and no more: it may find few, and then go on.
    while (next && isFiltered(place.filter) && items.length < enough) {
      const page = await ask(next);
      items.push(...page.items);
      next = page.next;
    }
    for (const conversation of items) this.#learn(conversation);
    return { ...first, items, next };
  }

  /** The one door: keeps the newest version and lets every list find its place for it. */
  take(conversation: Conversation): void {
    if (!this.#learn(conversation)) return;
    this.#place(conversation.id);
  }

  #learn(next: Conversation): boolean {
    const before = this.#known.get(next.id);
    if (before && before.version > next.version) return false;
    // Marks of reading move without a version, and only forwards. Events and what a search finds do not know hers.
    const merged = before
      ? {
          ...next,
          readPosition: later(before.readPosition, next.readPosition),
          customerReadPosition: Math.max(before.customerReadPosition, next.customerReadPosition),
        }
      : next;
    this.#known.set(next.id, merged);
    return true;
  }

  async fetchOne(id: string): Promise<Conversation> {
    const conversation = await this.#api.get(`/conversations/${id}`);
    this.take(conversation);
    return conversation;
  }

  /** Lays a guess over a conversation; calling the answer lifts it off. */
  guess(id: string, guess: Guess): () => void {
    const layer = { id, guess };
    this.#guesses = [...this.#guesses, layer];
    this.#place(id, true);
    return () => {
      if (!this.#guesses.includes(layer)) return;
      this.#guesses = this.#guesses.filter((known) => known !== layer);
      this.#place(id, true);
    };
  }

  /** Her own reading: shown at once. */
  markRead(id: string, position: number): void {
    const known = this.#known.get(id);
    if (known && (known.readPosition ?? 0) < position) this.#known.set(id, { ...known, readPosition: position });
  }

  #customerRead(id: string, position: number): void {
    const known = this.#known.get(id);
    if (known && known.customerReadPosition < position)
      this.#known.set(id, { ...known, customerReadPosition: position });
  }

  accept(event: Event): void {
    switch (event.type) {
      case 'conversation.read':
        if (event.conversation) this.take(event.conversation);
        if (event.reader.kind === 'customer') this.#customerRead(event.conversationId, event.position);
        else if (event.reader.id === this.#reader().memberId) this.markRead(event.conversationId, event.position);
        break;
      case 'customer.identified':
      case 'customer.changed':
        if (event.customer) this.#rename(event.customer);
        break;
      case 'conversation.started':
      case 'message.received':
      case 'message.automatic':
      case 'message.sent':
      case 'note.written':
      case 'conversation.assigned':
      case 'conversation.snoozed':
      case 'conversation.woken':
      case 'conversation.resolved':
      case 'conversation.reopened':
      case 'conversation.renamed':
      case 'conversation.called':
      case 'conversation.spoken':
      case 'conversation.concluded':
        if (event.conversation) this.take(event.conversation);
        this.countSoon();
        break;
      default:
    }
  }

  setHere(customerId: string, here: boolean): void {
    for (const conversation of this.#known.values()) {
      if (conversation.customer.id !== customerId || conversation.customer.here === here) continue;
      this.#known.set(conversation.id, { ...conversation, customer: { ...conversation.customer, here } });
    }
  }

  #rename(customer: {
    id: string;
    name: string;
    face: string;
    locale: Conversation['customer']['locale'];
    verified: boolean;
  }): void {
    const { id, name, face, locale, verified } = customer;
    for (const conversation of this.#known.values()) {
      if (conversation.customer.id !== id) continue;
      this.#known.set(conversation.id, {
        ...conversation,
        customer: { ...conversation.customer, name, face, locale, verified },
      });
    }
  }

  async count(): Promise<void> {
    try {
      this.#counts = await this.#api.get('/conversations/counts');
    } catch {
      // The numbers stay as they were; the strip says when the line is cut.
    }
  }
  /** The numbers may have changed: asked for once, when the rush is over. */
  countSoon(): void {
    this.#counting ??= setTimeout(() => {
      this.#counting = undefined;
      void this.count();
    }, 1200);
  }

  /** After a cut too long to replay: everything shown is read again, the rest is forgotten. */
  async reload(): Promise<void> {
    await Promise.all([this.count(), ...[...this.#windows.values()].map((window) => window.reload())]);
  }

  #place(id: string, own = false): void {
    const shown = this.get(id);
    if (shown) for (const window of this.#windows.values()) window.place(shown, own);
  }

  #belongs(c: Conversation, { view, teamId, state, filter }: ListPlace): boolean {
    if (c.state !== state || (filter && !fits(c, filter))) return false;
    const { memberId, teamIds } = this.#reader();
    switch (view) {
      case 'mine':
        return c.assigneeId === memberId;
      case 'unassigned':
        return !c.assigneeId;
      case 'teams':
        return c.teamId != null && teamIds.includes(c.teamId);
      case 'team':
        return c.teamId === teamId;
      case 'all':
        return true;
      case 'risk':
        return c.promise !== undefined && atRisk(c.promise, this.#reader().now);
    }
  }
}

const orders: Record<ListOrder | 'due', Before> = { priority: pressing, activity: before, due };

/** Missed, or due within a quarter of an hour. */
export function atRisk({ state, dueAt }: Owed, now: number): boolean {
  return state === 'missed' || (state === 'running' && Date.parse(dueAt) <= now + riskMs);
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

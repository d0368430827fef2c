import type { Conversation, Customer, FoundConversation, SearchAnswer } from '@visavis/client';
import type { Session } from '../state/session.svelte.ts';
import type { Group, Line } from './line.ts';
import { membersOf, offersOf } from './offers.ts';
import { rank, readQuery } from './ranking.ts';
import type { Say } from './words.ts';

/** After the last letter, so that a word typed at once is asked for once. */
const pause = 140;
const shortest = 2;
const order: readonly Group[] = ['conversation', 'customers', 'conversations', 'members', 'actions', 'places'];

/** What was typed, what answers it, and which answer is chosen. */
export class Finder {
  #typed = $state('');
  #chosen = $state('');
  #found = $state.raw<SearchAnswer>({ customers: [], conversations: [] });
  #searching = $state(false);
  #failed = $state(false);
  #asked: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #session: Session;
  readonly #t: Say;
  readonly #query = $derived(readQuery(this.#typed));
  readonly #lines = $derived.by(() => this.#answer());

  constructor(session: Session, t: Say) {
    this.#session = session;
    this.#t = t;
  }

  get typed(): string {
    return this.#typed;
  }
  set typed(typed: string) {
    this.#typed = typed;
    this.#chosen = '';
    this.#search();
  }
  get query() {
    return this.#query;
  }
  get lines(): readonly Line[] {
    return this.#lines;
  }
  get searching(): boolean {
    return this.#searching;
  }
  get failed(): boolean {
    return this.#failed;
  }
  /** The line that Enter takes: the one moved to, else the first. */
  get chosen(): Line | undefined {
    return this.#lines.find(({ id }) => id === this.#chosen) ?? this.#lines[0];
  }

  choose(id: string): void {
    this.#chosen = id;
  }
  move(by: number): void {
    const count = this.#lines.length;
    const at = this.#lines.findIndex(({ id }) => id === this.chosen?.id);
    this.#chosen = this.#lines[(at + by + count) % count]?.id ?? '';
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  #answer(): Line[] {
    const { scope, text } = this.#query;
    const offers = scope === 'members' ? [] : offersOf(this.#session, this.#t);
    const members = scope === 'members' || (scope === 'all' && text !== '') ? membersOf(this.#session, this.#t) : [];
    const words = ({ title, second = '' }: Line) => [title, second];
    const local = [
      ...rank(text, offers, words, text === '' ? offers.length : 6),
      ...rank(text, members, words, scope === 'members' ? 50 : 4),
    ];
    const remote = scope === 'all' && text.length >= shortest ? this.#remote() : [];
    return [...local, ...remote].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  }

  #remote(): Line[] {
    const { customers, conversations } = this.#found;
    return [
      ...customers.slice(0, 5).map((one) => this.#customer(one)),
      ...conversations.slice(0, 7).map((one) => this.#conversation(one)),
    ];
  }

  #customer(customer: Customer): Line {
    const mail = customer.identities.find(({ kind }) => kind === 'email')?.value;
    return {
      id: `customer ${customer.id}`,
      group: 'customers',
      title: customer.name || this.#t('palette.anonymous'),
      second: [customer.here ? this.#t('palette.here') : '', mail ?? ''].filter(Boolean).join(' · '),
      peek: { kind: 'customer', customer },
      run: () => this.#openNewest(customer),
    };
  }

  #conversation(conversation: FoundConversation): Line {
    const state = conversation.state === 'open' ? '' : this.#t(`palette.state.${conversation.state}`);
    return {
      id: `conversation ${conversation.id}`,
      group: 'conversations',
      title: conversation.subject || conversation.preview.text,
      second: [conversation.customer.name || this.#t('palette.anonymous'), state].filter(Boolean).join(' · '),
      peek: { kind: 'conversation', conversation },
      run: () => this.#open(conversation),
    };
  }

  #open(conversation: Conversation): void {
    this.#session.inbox.take(conversation);
    this.#session.route.open(conversation.id);
  }

  async #openNewest(customer: Customer): Promise<void> {
    try {
      const [newest] = await this.conversationsOf(customer.id, 1);
      if (newest) this.#open(newest);
      else this.#session.toasts.show({ text: this.#t('palette.none', { name: customer.name }), for: 5000 });
    } catch {
      this.#session.toasts.refuse({ text: this.#t('palette.failed') });
    }
  }

  async conversationsOf(customerId: string, limit: number): Promise<Conversation[]> {
    return (await this.#session.api.get(`/customers/${customerId}/conversations`, { limit })).items;
  }

  #search(): void {
    this.close();
    const { scope, text } = this.#query;
    this.#failed = false;
    this.#searching = scope === 'all' && text.length >= shortest;
    if (!this.#searching) {
      this.#found = { customers: [], conversations: [] };
      return;
    }
    this.#timer = setTimeout(() => void this.#ask(text), pause);
  }

  async #ask(text: string): Promise<void> {
    const asked = (this.#asked = new AbortController());
    try {
      const found = await this.#session.api.get('/search', { q: text, limit: 8 }, { signal: asked.signal });
      if (!asked.signal.aborted) this.#found = found;
    } catch {
      if (!asked.signal.aborted) this.#failed = true;
    } finally {
      if (!asked.signal.aborted) this.#searching = false;
    }
  }
}

import { Api } from '@visavis/client/api.ts';
import { isProblem } from '@visavis/client/problem.ts';
import type {
  Locale,
  Visitor,
  VisitorChannel,
  VisitorConversation,
  VisitorSession,
  VisitorState,
} from '@visavis/client/types.ts';
import type { HostPage } from '@visavis/client/embed.ts';
import type { Store } from './store';

/**
 * Who is writing, as far as the server knows. A session begins when there is something to say, not when a page is opened:
 * most people who see the button never press it.
 */
export class Session {
  readonly api: Api;
  readonly channel: string;
  readonly #store: Store;
  #token = $state<string | null>(null);
  #visitor = $state.raw<Visitor | undefined>(undefined);
  #conversations = $state.raw<readonly VisitorConversation[]>([]);
  #told = 0;
  #identity: string | undefined;
  #beginning: Promise<void> | undefined;
  locale: Locale = 'fr';
  page: HostPage | undefined;
  /** Told when what was shown belongs to somebody else from now on. */
  onother: (() => void) | undefined;

  constructor(channel: string, store: Store, fetch?: typeof globalThis.fetch, pauses?: readonly number[]) {
    this.channel = channel;
    this.#store = store;
    this.#token = store.get('token');
    this.api = new Api({ visitor: () => this.#token, onsignedout: () => this.#signedOut(), fetch, pauses });
  }

  get token(): string | null {
    return this.#token;
  }
  get visitor(): Visitor | undefined {
    return this.#visitor;
  }
  /** Newest first. */
  get conversations(): readonly VisitorConversation[] {
    return this.#conversations;
  }

  look(): Promise<VisitorChannel> {
    const { page, locale } = this;
    return this.api.get('/visitor/channel', { key: this.channel, locale, ...(page ? { page: page.url } : {}) });
  }

  /** Makes sure the server knows us. Called before every send: it also heals a session that ended meanwhile. */
  ensure(): Promise<void> {
    // While a proof takes its place the old session may have ended already: what is asked now is asked with the new one.
    if (this.#token) return this.#beginning?.catch(() => undefined) ?? Promise.resolve();
    this.#token = this.#store.get('token'); // of who came meanwhile, in another tab
    return this.#token ? this.refresh() : this.#begin();
  }

  /** What the live line says while the answer is on its way is newer than it: then it is asked for once more. */
  async refresh(): Promise<void> {
    if (!this.#token) return;
    const told = this.#told;
    const known = await this.api.get('/visitor');
    if (told < this.#told) return this.refresh();
    this.#know(known);
  }

  /** Takes the site's proof of who is here. The same proof twice changes nothing; another person's replaces the session. */
  async identify(jwt: string, now: boolean): Promise<void> {
    this.#identity = jwt;
    if (this.#token && this.#store.get('claims') === claims(jwt)) return;
    if (this.#token || now) await this.#begin();
  }

  /** Whether a proof is here that the server has not seen: opening the chat then shows what she said elsewhere. */
  get unproved(): boolean {
    return this.#identity !== undefined && !this.#token;
  }

  async change(patch: { name?: string | undefined; email?: string | undefined; locale?: Locale }): Promise<void> {
    await this.ensure();
    this.take(await this.api.patch('/visitor', patch));
  }

  /** The next person at this computer finds nothing: not on the server's side of this browser, not in its storage. */
  async logout(): Promise<void> {
    await this.#beginning?.catch(() => undefined);
    const token = this.#token;
    this.#identity = undefined;
    const ended = token ? this.api.delete('/visitor/session') : undefined; // reads the token before it is forgotten
    this.#forget();
    this.#store.wipe();
    this.onother?.();
    await ended?.catch(() => undefined); // offline: the token is gone from here, and the server lets it expire
  }

  /** She left in another tab, where everything is forgotten and the next may be here already: this one lets go of her too. */
  async left(): Promise<void> {
    await this.#beginning?.catch(() => undefined);
    this.#identity = undefined;
    this.#drop();
    this.onother?.();
  }

  take(visitor: Visitor): void {
    this.#visitor = visitor;
  }

  /** One copy of each conversation, whichever door it came through. */
  put(conversation: VisitorConversation): void {
    this.#told++;
    const others = this.#conversations.filter((one) => one.id !== conversation.id);
    this.#conversations = sorted([...others, this.#merged(conversation)]);
  }

  /** Where she stands in her queue now; null once she waits no longer. */
  stand(id: string, queue: VisitorConversation['queue'] | null): void {
    this.#conversations = this.#conversations.map((one) =>
      one.id === id ? { ...one, queue: queue ?? undefined } : one,
    );
  }

  /**
   * A read mark never goes back. News that are only of words, and may be older than what the live line has told, leave the
   * promise, the work and the call as they were known; and nobody loses her place who has not been taken on.
   */
  #merged(news: VisitorConversation): VisitorConversation {
    const before = this.#conversations.find((one) => one.id === news.id);
    return {
      ...(news.steps ? {} : before),
      ...news,
      queue: news.agents.length ? undefined : (news.queue ?? before?.queue),
      readPosition: Math.max(before?.readPosition ?? 0, news.readPosition),
    };
  }

  #begin(): Promise<void> {
    this.#beginning ??= this.#start().finally(() => (this.#beginning = undefined));
    return this.#beginning;
  }

  async #start(): Promise<void> {
    const before = this.#visitor;
    const held = this.#token ? this.#store.get('claims') : undefined;
    const identity = this.#identity;
    let begun: VisitorSession;
    try {
      begun = await this.#arrive(identity);
    } catch (error) {
      if (!identity || !isProblem(error) || error.passing) throw error;
      // eslint-disable-next-line no-console -- for the people who build the page; nobody else reads it
      console.warn('visavis: the identity was refused, the visitor stays unverified:', error.code, error.detail);
      this.#identity = undefined;
      if (this.#token) return; // she stays who she was
      begun = await this.#arrive(undefined);
    }
    const other = held
      ? subject(held) !== subject(claims(identity))
      : before?.verified && before.id !== begun.visitor.id;
    if (other) {
      this.#store.wipe();
      this.onother?.();
    }
    this.#token = begun.token;
    this.#store.set('token', begun.token);
    if (this.#identity) this.#store.set('claims', claims(this.#identity));
    this.#know(begun);
  }

  #arrive(identity: string | undefined): Promise<VisitorSession> {
    const body = {
      key: this.channel,
      locale: this.locale,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(identity ? { identity } : {}),
      ...(this.page ? { page: this.page } : {}),
    };
    return this.api.post('/visitor/sessions', body);
  }

  #know(known: VisitorState): void {
    this.#visitor = known.visitor;
    this.#conversations = sorted(known.conversations.map((one) => this.#merged(one)));
  }

  /** A refused proof also answers "not signed in": it says nothing of the session we have. */
  #signedOut(): void {
    if (this.#beginning) return;
    const kept = this.#store.get('token');
    if (!kept || kept === this.#token) return this.#forget();
    // Another tab was recognised, and its session took the place of ours: this one follows.
    this.#token = kept;
    void this.refresh().catch(() => undefined);
  }

  /** The server no longer knows our token; what waits to be sent stays, and leaves under a new one. */
  #forget(): void {
    this.#drop();
    this.#store.remove('token');
    this.#store.remove('claims');
  }

  #drop(): void {
    this.#token = null;
    this.#visitor = undefined;
    this.#conversations = [];
  }
}

function sorted(conversations: readonly VisitorConversation[]): VisitorConversation[] {
  return [...conversations].sort((a, b) => b.lastMessageAt.localeCompare(a.lastMessageAt));
}

/** Who a token speaks of, unread by us as proof: only to tell whether it is the same person as before. */
function claims(jwt: string | undefined): string {
  try {
    const part = (jwt ?? '').split('.')[1] ?? '';
    const text = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const { sub, email, name } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify([sub, email, name]);
  } catch {
    return '';
  }
}

function subject(claims: string): string {
  return claims.split(',')[0] ?? '';
}

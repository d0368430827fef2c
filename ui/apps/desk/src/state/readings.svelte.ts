import {
  Problem,
  type Conversation,
  type Correction,
  type ExplainedReading,
  type Head,
  type Reading,
  type SimilarReading,
} from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';
import { recentReasons, remember } from '../reading/recent.ts';
import { ReasonTree } from '../reading/tree.ts';
import { readingWords } from '../reading/words.ts';
import type { Session } from './session.svelte.ts';

/** What would be read otherwise after a correction of hers, while she has not said what is to be done about it. */
export interface Proposal {
  conversationId: string;
  items: readonly SimilarReading[];
  total: number;
}

/** Words of a message that are drawn forward: those that decided one thing. */
export interface Pointing {
  messageId: string;
  head: Head;
}

/**
 * What messages were read to say: the reasons of the workspace, readings with the words that decided, and her corrections. Readings
 * by the thousand live on conversations; only those that she looks at closely are kept here.
 */
export class Readings {
  readonly #session: Session;
  readonly #voice;
  #tree = $state.raw(new ReasonTree());
  #known = new SvelteMap<string, ExplainedReading>();
  #failed = new SvelteMap<string, boolean>();
  #pointing = $state.raw<Pointing | undefined>(undefined);
  #opened = $state('');
  #proposal = $state.raw<Proposal | undefined>(undefined);
  #recent = $state.raw<readonly string[]>([]);

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(readingWords);
  }

  get tree(): ReasonTree {
    return this.#tree;
  }
  /** Reasons that she gave of late, the last one first. */
  get recent(): readonly string[] {
    return this.#recent;
  }
  of(messageId: string | undefined): ExplainedReading | undefined {
    return messageId ? this.#known.get(messageId) : undefined;
  }
  failed(messageId: string): boolean {
    return this.#failed.get(messageId) ?? false;
  }

  /** Which words she points at, on whatever names what they decided. */
  get pointing(): Pointing | undefined {
    return this.#pointing;
  }
  set pointing(at: Pointing | undefined) {
    this.#pointing = at;
  }
  /** The message whose reading stands open under it; "" for none. */
  get opened(): string {
    return this.#opened;
  }
  set opened(messageId: string) {
    this.#opened = messageId;
  }

  proposal(conversationId: string): Proposal | undefined {
    return this.#proposal?.conversationId === conversationId ? this.#proposal : undefined;
  }
  /** She leaves the others as they are. */
  dismiss(): void {
    this.#proposal = undefined;
  }

  async load(): Promise<void> {
    this.#recent = recentReasons();
    try {
      const { items, version } = await this.#session.api.get('/reasons');
      this.#tree = new ReasonTree(items, version);
    } catch {
      // Reasons are called by their keys until the line's return asks again.
    }
  }
  /** The tree as somebody has just left it. */
  takeTree(tree: ReasonTree): void {
    if (tree.version >= this.#tree.version) this.#tree = tree;
  }

  /** Reads what one message says, and why. */
  async read(messageId: string): Promise<void> {
    this.#failed.delete(messageId);
    try {
      this.#known.set(messageId, await this.#session.api.get(`/messages/${messageId}/reading`));
    } catch (error) {
      // A message that nobody has read yet tells of itself when it is.
      if (!(error instanceof Problem && error.status === 404)) this.#failed.set(messageId, true);
    }
  }

  /** A reading was made or corrected: what decided is asked for again by whoever looks at it. */
  take(reading: Reading): void {
    const known = this.#known.get(reading.messageId);
    if (known) this.#known.set(reading.messageId, { ...reading, why: known.why });
    if (reading.reason && !this.#tree.find(reading.reason)) void this.load();
  }

  /** Says what a message means instead of what was read. */
  async correct(conversation: Conversation, change: Correction, what: string): Promise<void> {
    const { actions, inbox } = this.#session;
    const { id } = conversation;
    this.dismiss();
    if (change.reason) this.#recent = remember(change.reason);
    await actions.correct(id, change, this.#voice.t('correct.toast', { what }));
    const now = inbox.truth(id);
    if (change.reason !== undefined && now?.reading?.by === 'member' && now.reason === change.reason)
      await this.#propose(id);
  }

  async #propose(conversationId: string): Promise<void> {
    try {
      const { items, total } = await this.#session.api.get(`/conversations/${conversationId}/reading/similar`);
      if (total > 0) this.#proposal = { conversationId, items, total };
    } catch {
      // Her own correction stands; the others are offered with the next one.
    }
  }

  /** Does to others as she did to this one. */
  async apply({ conversationId }: Proposal, conversationIds: readonly string[]): Promise<void> {
    const { api, toasts } = this.#session;
    const { t } = this.#voice;
    this.dismiss();
    try {
      const { changed } = await api.post(`/conversations/${conversationId}/reading/similar`, {
        conversationIds: [...conversationIds],
      });
      toasts.show({ text: t('similar.done', { n: changed }), icon: 'check' });
    } catch {
      toasts.refuse({ text: t('similar.failed') });
    }
  }

  forget(): void {
    this.#known.clear();
    this.#failed.clear();
    this.#proposal = undefined;
    this.#pointing = undefined;
    this.#opened = '';
    this.#tree = new ReasonTree();
  }
}

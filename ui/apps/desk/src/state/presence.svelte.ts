import type { PageVisit, ServerFrame, TypingAuthor } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';

interface Typing {
  author: TypingAuthor;
  until: number;
}
/** A word about typing is believed this long. */
const beliefMs = 6000;

/** Who is here now: looking at a conversation, typing in it, on which page. Never stored; forgotten with the line. */
export class Presence {
  #viewers = new SvelteMap<string, readonly string[]>();
  #typing = new SvelteMap<string, readonly Typing[]>();
  #pages = new SvelteMap<string, PageVisit | null>();
  #here = new SvelteMap<string, boolean>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #me: () => string;

  constructor(me: () => string) {
    this.#me = me;
  }

  /** Other members looking at a conversation. */
  viewers(conversationId: string): readonly string[] {
    return (this.#viewers.get(conversationId) ?? []).filter((id) => id !== this.#me());
  }
  typing(conversationId: string): readonly TypingAuthor[] {
    return (this.#typing.get(conversationId) ?? []).map(({ author }) => author).filter(({ id }) => id !== this.#me());
  }
  /** The page a visitor is on, when the line has said so; undefined otherwise. */
  page(customerId: string): PageVisit | null | undefined {
    return this.#pages.get(customerId);
  }
  here(customerId: string): boolean | undefined {
    return this.#here.get(customerId);
  }

  accept(frame: ServerFrame): void {
    switch (frame.type) {
      case 'viewers':
        this.#viewers.set(frame.conversationId, frame.members);
        break;
      case 'typing':
        this.#type(frame.conversationId, frame.author, frame.on);
        break;
      case 'visitor':
        this.#here.set(frame.customerId, frame.here);
        if (frame.page !== undefined) this.#pages.set(frame.customerId, frame.page);
        break;
      case 'event':
        // A word that has arrived ends its typing.
        if (
          frame.event.type === 'message.received' ||
          frame.event.type === 'message.sent' ||
          frame.event.type === 'note.written'
        ) {
          const { conversationId, actor } = frame.event;
          if (conversationId && actor.id) this.#stop(conversationId, actor.id);
        }
        break;
      default:
    }
  }

  /** The line was cut: nobody is known to be anywhere. */
  forget(): void {
    this.#viewers.clear();
    this.#typing.clear();
  }

  #type(conversationId: string, author: TypingAuthor, on: boolean): void {
    this.#stop(conversationId, author.id);
    if (!on) return;
    const others = this.#typing.get(conversationId) ?? [];
    this.#typing.set(conversationId, [...others, { author, until: Date.now() + beliefMs }]);
    this.#timer ??= setTimeout(() => this.#sweep(), 1000);
  }
  #stop(conversationId: string, authorId: string): void {
    const known = this.#typing.get(conversationId);
    if (known?.some(({ author }) => author.id === authorId)) {
      this.#typing.set(
        conversationId,
        known.filter(({ author }) => author.id !== authorId),
      );
    }
  }
  #sweep(): void {
    this.#timer = undefined;
    let left = 0;
    for (const [id, known] of [...this.#typing]) {
      const still = known.filter(({ until }) => until > Date.now());
      if (still.length !== known.length) this.#typing.set(id, still);
      left += still.length;
    }
    if (left > 0) this.#timer = setTimeout(() => this.#sweep(), 1000);
  }
}

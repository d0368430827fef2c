import type { VisitorConversation } from '@visavis/client/types.ts';
import type { Chat } from './chat.svelte';
import { isAnswer } from './matter';

type Owed = NonNullable<VisitorConversation['promise']>;
const ofChat = new WeakMap<Chat, Told>();

/**
 * What one page has been told of its promises. The server says what is owed, not what was; so that a kept promise can be
 * shown as kept, the last one of each conversation is remembered here, as long as the page is open.
 */
export class Told {
  #last = $state.raw<Readonly<Record<string, Owed>>>({});
  /** Somebody comes back from asking for a call: focus goes to the answer. */
  back = false;

  static of(chat: Chat): Told {
    const told = ofChat.get(chat) ?? new Told();
    ofChat.set(chat, told);
    return told;
  }

  see({ id, promise }: VisitorConversation): void {
    const before = this.#last[id];
    if (promise && isAnswer(promise) && (before?.madeAt !== promise.madeAt || before.dueAt !== promise.dueAt))
      this.#last = { ...this.#last, [id]: promise };
  }

  last(id: string): Owed | undefined {
    return this.#last[id];
  }
}

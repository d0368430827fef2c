import { isProblem, type Attachment, type LetterHead, type ScheduledReply } from '@visavis/client';
import { letterWords } from '../letter/words.ts';
import type { Session } from './session.svelte.ts';

/** Words that leave by letter. */
export interface Leaving {
  conversationId: string;
  text: string;
  attachments: Attachment[];
  resolve: boolean;
  reopen: boolean;
  channelId?: string | undefined;
  head?: LetterHead | undefined;
  /** When they leave; in a moment when absent. */
  at?: Date | undefined;
  customerName: string;
}

/** How long an answer can be called back before it leaves, and how long the verb for it is shown: a little less, for the way there. */
const undoFor = 8000;
const shownFor = 7000;

/** A scheduled answer that only waits for a second thought. */
export function leavesNow({ createdAt, sendAt, problem }: ScheduledReply): boolean {
  return !problem && Date.parse(sendAt) - Date.parse(createdAt) <= 2 * undoFor;
}

/** Answers by letter between the keyboard and the post: each waits for a second thought, and comes back whole when it is called back. */
export class Departures {
  readonly #session: Session;
  readonly #voice;

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(letterWords);
  }

  async send(leaving: Leaving): Promise<void> {
    const { api, clock, toasts } = this.#session;
    const { t } = this.#voice;
    const { conversationId: id } = leaving;
    const letters = this.#session.letters(id);
    try {
      const one = await api.post(`/conversations/${id}/scheduled`, {
        text: leaving.text,
        attachmentIds: leaving.attachments.map((file) => file.id),
        sendAt: (leaving.at ?? new Date(clock.read() + undoFor)).toISOString(),
        ...(leaving.channelId ? { channelId: leaving.channelId } : {}),
        ...(leaving.head ? { letter: leaving.head } : {}),
        ...(leaving.resolve ? { resolve: true } : {}),
        ...(leaving.reopen ? { reopen: true } : {}),
      });
      letters.putScheduled(one);
      toasts.show({
        text: leaving.at
          ? t('later.toast', { when: this.#voice.until(leaving.at) })
          : t('leave.toast', { name: leaving.customerName }),
        icon: leaving.at ? 'clock' : 'send',
        for: shownFor,
        undo: () => this.#callBack(one, leaving),
      });
    } catch (error) {
      this.#giveBack(leaving);
      const why = isProblem(error) ? error.detail : '';
      toasts.refuse({ text: t('leave.failed', { why }).trim() });
    }
  }

  /** Takes an answer out of the list, to change it. */
  async edit(one: ScheduledReply): Promise<void> {
    const files = await Promise.allSettled(one.attachmentIds.map((id) => this.#session.api.get(`/attachments/${id}`)));
    const attachments = files.flatMap((file) => (file.status === 'fulfilled' ? [file.value] : []));
    await this.#callBack(one, { ...one, head: one.letter, attachments, reopen: false, customerName: '' });
  }

  /** Takes an answer out of the list for good; says whether it was still there. */
  async drop(one: ScheduledReply): Promise<boolean> {
    try {
      await this.#session.api.delete(`/conversations/${one.conversationId}/scheduled/${one.id}`);
      this.#session.letters(one.conversationId).dropScheduled(one.id);
      return true;
    } catch {
      void this.#session.letters(one.conversationId).load();
      this.#session.toasts.refuse({ text: this.#voice.t('leave.gone') });
      return false;
    }
  }

  async #callBack(one: ScheduledReply, leaving: Leaving): Promise<void> {
    if (await this.drop(one)) this.#giveBack(leaving);
  }

  /** Into the field, above whatever she has begun there since. */
  #giveBack({ conversationId: id, text, attachments, head }: Leaving): void {
    const { drafts } = this.#session;
    const begun = drafts.get(id);
    drafts.keep(id, {
      text: begun.text.trim() ? `${text}\n\n${begun.text}` : text,
      note: false,
      attachments: [...attachments, ...begun.attachments],
    });
    this.#session.letters(id).envelope.take(head);
  }
}

import { Outbox, type Attachment, type Conversation, type Message, type Pending, type Problem } from '@visavis/client';
import { failureOf } from './conversation.ts';
import type { Session } from './session.svelte.ts';

/** What she wrote, on its way to the server. */
export interface Written {
  conversationId: string;
  kind: 'message' | 'note';
  text: string;
  attachments: Attachment[];
  resolve: boolean;
  reopen: boolean;
  customerName: string;
  /** Another way to reach her than the one on which she wrote last. */
  channelId?: string;
}

/** The rank of a conversation in which nobody waits. */
const unranked = -(2 ** 53);

/** Her replies and notes between the keyboard and the server: shown at once, kept through a cut, visible when refused. */
export class Replies {
  readonly #session: Session;
  #outbox: Outbox<Written, Message> | undefined;
  #items = $state.raw<readonly Pending<Written>[]>([]);
  #guesses = new Map<string, () => void>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The words of one conversation that have not arrived. */
  of(conversationId: string): readonly Pending<Written>[] {
    return this.#items.filter((item) => item.lane === conversationId);
  }
  /** How many leave when the line is back. */
  get waiting(): number {
    return this.#items.filter((item) => item.state !== 'refused').length;
  }
  refused(conversationId: string): boolean {
    return this.#items.some((item) => item.lane === conversationId && item.state === 'refused');
  }

  open(memberId: string): void {
    this.#outbox = new Outbox<Written, Message>({
      key: `visavis.outbox.${memberId}`,
      send: (pending) => this.#send(pending),
      onsent: (pending, message) => this.#sent(pending, message),
      onrefused: (pending, problem) => this.#refused(pending, problem),
      onchange: (items) => (this.#items = items),
    });
    this.#items = this.#outbox.items;
    void this.flush();
  }

  write(written: Written): void {
    const pending = this.#outbox?.add(written.conversationId, written);
    if (!pending) return;
    const inbox = this.#session.inbox;
    const at = pending.writtenAt;
    if (written.kind !== 'message') return;
    const preview = { text: written.text, author: 'member' as const, at, attachments: written.attachments.length };
    const known = inbox.get(written.conversationId);
    this.#guesses.set(
      pending.clientId,
      inbox.guess(written.conversationId, {
        preview,
        waitingSince: undefined,
        rank: unranked,
        promise: undefined,
        lastActivityAt: at,
        assigneeId: known?.assigneeId ?? this.#session.me?.member.id,
        ...(written.resolve ? { state: 'resolved' as const, resolvedAt: at } : {}),
        ...(written.reopen ? { state: 'open' as const } : {}),
      }),
    );
  }

  retry(clientId: string): void {
    this.#outbox?.retry(clientId);
  }
  /** Sends a refused word anyway, opening the conversation again. */
  reopenAndSend(clientId: string): void {
    const item = this.#items.find((known) => known.clientId === clientId);
    if (item) this.#outbox?.retry(clientId, { ...item.body, reopen: true, resolve: false });
  }
  /** Takes a refused word back into her hands. */
  drop(clientId: string): Written | undefined {
    this.#lift(clientId);
    return this.#outbox?.drop(clientId)?.body;
  }
  async flush(): Promise<void> {
    await this.#outbox?.flush();
  }

  /** The live line was faster than the answer: the word is in the thread already. */
  arrived(clientId: string | null | undefined): void {
    if (clientId) this.#lift(clientId);
  }

  #send({ clientId, body }: Pending<Written>): Promise<Message> {
    const attachmentIds = body.attachments.map(({ id }) => id);
    const words = { text: body.text, attachmentIds };
    const { api } = this.#session;
    const path = `/conversations/${body.conversationId}` as const;
    if (body.kind === 'note') return api.post(`${path}/notes`, words, { key: clientId });
    const reply = {
      ...words,
      ...(body.channelId ? { channelId: body.channelId } : {}),
      ...(body.resolve ? { resolve: true } : {}),
      ...(body.reopen ? { reopen: true } : {}),
    };
    return api.post(`${path}/messages`, reply, { key: clientId });
  }

  #sent({ clientId, body }: Pending<Written>, message: Message): void {
    const { inbox, toasts, i18n } = this.#session;
    this.#session.knownThread(body.conversationId)?.take({ ...message, clientId: message.clientId ?? clientId });
    // The conversation's own event follows on the line; when the line is cut it is asked for.
    if (this.#session.line !== 'online') void inbox.fetchOne(body.conversationId).catch(() => undefined);
    else setTimeout(() => this.#lift(clientId), 4000);
    if (this.#session.line !== 'online') this.#lift(clientId);
    if (body.resolve) {
      toasts.show({
        text: i18n.t('toast.sentResolved', { name: body.customerName }),
        icon: 'check',
        undo: () => this.#session.actions.reopen(body.conversationId),
      });
    } else if (this.#session.route.conversationId !== body.conversationId && body.kind === 'message') {
      toasts.show({ text: i18n.t('toast.sent', { name: body.customerName }), icon: 'send', for: 4000 });
    }
  }

  #refused({ clientId, body }: Pending<Written>, problem: Problem): void {
    this.#lift(clientId);
    const { toasts, i18n, actions } = this.#session;
    const current = problem.current as Conversation | undefined;
    if (current?.id) this.#session.inbox.take(current);
    if (problem.code === 'conversation_resolved') {
      toasts.refuse({
        text: actions.resolvedBy(body.conversationId),
        verb: i18n.t('refused.reopen'),
        run: () => this.reopenAndSend(clientId),
      });
    } else toasts.refuse({ text: i18n.t('refused.reply', { why: failureOf(problem.code, problem.detail, i18n) }) });
  }

  #lift(clientId: string): void {
    this.#guesses.get(clientId)?.();
    this.#guesses.delete(clientId);
  }
}

import type { VisitorConversation, VisitorMessage } from '@visavis/client/types.ts';

/** Words that have left the field and not yet reached the server. */
export interface Waiting {
  readonly clientId: string;
  readonly text: string;
  readonly files: readonly { id: string; name: string; size: number }[];
  readonly at: string;
  readonly state: 'waiting' | 'sending' | 'refused';
  readonly why?: string | undefined;
}

/** One thing of the log, top to bottom. */
export type Entry =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'line'; key: string; type: string; at: string }
  | {
      kind: 'said';
      key: string;
      message: VisitorMessage;
      mine: boolean;
      last: boolean;
      mark?: 'received' | 'read' | undefined;
    }
  | { kind: 'waiting'; key: string; waiting: Waiting };

const together = 10 * 60_000;

/**
 * Lays out a thread: a seam where the day changes, messages of one person grouped, and one mark under the newest of the
 * visitor's own messages only. What still waits comes last, in the order it was written; a message that has arrived by
 * another way (the live line outran the answer) is never shown a second time.
 */
export function entries(
  messages: readonly VisitorMessage[],
  waiting: readonly Waiting[],
  conversation: VisitorConversation | undefined,
  dayOf: (at: string) => string,
): Entry[] {
  const out: Entry[] = [];
  const said = messages.filter((message) => !message.line);
  const lastMine = said.filter((message) => message.author.kind === 'customer').at(-1);
  const arrived = new Set(said.map((message) => message.clientId));
  let day = '';
  messages.forEach((message, i) => {
    const today = dayOf(message.createdAt);
    if (today !== day) out.push({ kind: 'day', key: `day ${today}`, at: message.createdAt });
    day = today;
    if (message.line && !message.line.call) {
      out.push({ kind: 'line', key: message.id, type: message.line.type, at: message.createdAt });
      return;
    }
    const mine = message.author.kind === 'customer';
    const read = (conversation?.memberReadPosition ?? 0) >= message.position;
    out.push({
      kind: 'said',
      key: mine && message.clientId ? message.clientId : message.id,
      message,
      mine,
      last: endsGroup(message, messages[i + 1], dayOf) && (!mine || waiting.length === 0 || i < messages.length - 1),
      mark: message === lastMine ? (read ? 'read' : 'received') : undefined,
    });
  });
  for (const one of waiting)
    if (!arrived.has(one.clientId)) out.push({ kind: 'waiting', key: one.clientId, waiting: one });
  return out;
}

function endsGroup(message: VisitorMessage, next: VisitorMessage | undefined, dayOf: (at: string) => string): boolean {
  return (
    !next ||
    Boolean(next.line) ||
    next.author.kind !== message.author.kind ||
    next.author.id !== message.author.id ||
    dayOf(next.createdAt) !== dayOf(message.createdAt) ||
    Date.parse(next.createdAt) - Date.parse(message.createdAt) > together
  );
}

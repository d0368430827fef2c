import type { Attachment } from '@visavis/client/types.ts';
import type { IconName } from '@visavis/kit/icons.ts';

export interface Speaker {
  id: string;
  name: string;
  face?: string | null;
  kind: 'customer' | 'member' | 'system';
  /** Has not said a name: `name` is only what to call her, and the profile is drawn dashed. */
  anonymous?: boolean;
}

/** How far one's own word has come. */
export type Mark = 'waiting' | 'sending' | 'failed' | 'sent' | 'received' | 'read';

/** One thing of a conversation, as both sides of the glass show it. */
export interface Said {
  /** Stays the same from the keyboard to the server's answer, so that nothing blinks. */
  key: string;
  /** Of the message, once the server has it. */
  messageId?: string;
  /** A call is a line that the customer reads too; what she keeps of it is its `words`. */
  kind: 'message' | 'note' | 'line' | 'call';
  by: Speaker;
  /** Whether the reader's own side said it: those stand on the right. */
  ours: boolean;
  text: string;
  words?: string;
  attachments: readonly Attachment[];
  at: string;
  channel?: string;
  mark?: Mark;
  /** Why it was refused. */
  failure?: string;
  icon?: IconName;
}

export type Entry =
  | { type: 'seam'; key: string; at: string; channel: string | undefined }
  | { type: 'unread'; key: string }
  | { type: 'said'; key: string; said: Said; first: boolean; last: boolean }
  | { type: 'lines'; key: string; lines: readonly Said[] };

export interface Layout {
  /** The day of a moment in the reader's zone, as any stable word. */
  dayOf: (at: string) => string;
  /** Key of the first thing the reader had not seen when she came. */
  unread?: string | null;
  /** Longest pause inside one group, ms. */
  pause?: number;
}

/**
 * Lays a conversation out: a seam where the day or the channel changes (a change of channel is an event, never a new thread),
 * words of one speaker grouped, grey lines gathered so that more than three fold.
 */
export function layOut(items: readonly Said[], { dayOf, unread, pause = 10 * 60_000 }: Layout): Entry[] {
  const out: Entry[] = [];
  let day = '';
  let channel: string | undefined;
  let group: Said | undefined;
  let lines: Said[] | undefined;
  items.forEach((said, i) => {
    const today = dayOf(said.at);
    const through = said.kind === 'message' ? (said.channel ?? channel) : channel;
    if (today !== day || (said.kind === 'message' && channel !== undefined && through !== channel)) {
      out.push({ type: 'seam', key: `seam ${today} ${said.key}`, at: said.at, channel: through });
      group = lines = undefined;
    }
    day = today;
    channel = through;
    if (unread === said.key && i > 0) {
      out.push({ type: 'unread', key: 'unread' });
      group = lines = undefined;
    }
    if (said.kind === 'line' || said.kind === 'call') {
      group = undefined;
      if (lines) lines.push(said);
      else out.push({ type: 'lines', key: said.key, lines: (lines = [said]) });
      return;
    }
    lines = undefined;
    const next = items[i + 1];
    out.push({
      type: 'said',
      key: said.key,
      said,
      first: !group || !together(group, said, dayOf, pause),
      last: !next || next.key === unread || !together(said, next, dayOf, pause),
    });
    group = said;
  });
  return out;
}

function together(a: Said, b: Said, dayOf: (at: string) => string, pause: number): boolean {
  return (
    a.kind === 'message' &&
    b.kind === 'message' &&
    a.by.id === b.by.id &&
    a.by.kind === b.by.kind &&
    (a.channel ?? '') === (b.channel ?? '') &&
    dayOf(a.at) === dayOf(b.at) &&
    Date.parse(b.at) - Date.parse(a.at) < pause &&
    a.mark !== 'failed'
  );
}

export type Piece = { text: string; href?: string; lit?: boolean };

/** A stretch of what was said that is drawn forward, in UTF-16 code units. */
export interface Lit {
  from: number;
  to: number;
}

/** Cuts a text into words and links. Only http and https become links; nothing else of what was said is interpreted. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"«»]+/giu)) {
    const raw = match[0].replace(/[.,;:!?)\]}'’”]+$/u, '');
    if (!isUrl(raw)) continue;
    if (match.index > at) out.push({ text: text.slice(at, match.index) });
    out.push({ text: raw, href: raw });
    at = match.index + raw.length;
  }
  if (at < text.length) out.push({ text: text.slice(at) });
  return out;
}

/** The same pieces, cut where stretches begin and end. A link stays whole. */
export function litPieces(all: readonly Piece[], lit: readonly Lit[]): Piece[] {
  let at = 0;
  return all.flatMap((piece) => {
    const begin = at;
    const end = (at += piece.text.length);
    const touching = lit.filter(({ from, to }) => from < end && to > begin);
    if (touching.length === 0) return [piece];
    if (piece.href) return [{ ...piece, lit: true }];
    const edges = touching.flatMap(({ from, to }) => [Math.max(from, begin), Math.min(to, end)]);
    const cuts = [...new Set([begin, ...edges, end])].sort((a, b) => a - b);
    return cuts.slice(1).map((to, i) => {
      const from = cuts[i] ?? begin;
      const text = piece.text.slice(from - begin, to - begin);
      return touching.some((one) => one.from <= from && one.to >= to) ? { text, lit: true } : { text };
    });
  });
}

function isUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

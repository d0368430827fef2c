import type { Letter, LetterInvitation, LetterTrust, Mailbox, Sending } from '@visavis/client';
import { letterFr } from '../strings/letter.fr.ts';
import type { LetterVoice, LetterWords } from './words.ts';

type Key = keyof LetterWords & string;
const knows = (key: string): key is Key => Object.hasOwn(letterFr, key);

/** What to call somebody who writes. */
export function called(who: Mailbox): string {
  return who.name?.trim() || plain(who.address);
}

/** An address as people know it: without the mark by which an answer finds its conversation. */
export function plain(address: string): string {
  return address.replace(/\+[a-z2-7]{26}(?=@)/i, '');
}

/** Why a letter did not get through, and what to do about it. A word that nobody has explained is answered honestly. */
export function problemText(word: string, { t }: LetterVoice): { what: string; todo: string } {
  const [what, todo] = [`problem.${word}`, `problem.${word}.do`];
  if (knows(what) && knows(todo)) return { what: t(what), todo: t(todo) };
  return { what: t('problem.other'), todo: t('problem.other.do') };
}

/** A fault that did not keep a letter from being read. */
export function noteText(word: string, { t }: LetterVoice): string {
  const key = `note.${word}`;
  return knows(key) ? t(key) : t('note.other', { word });
}

export type Proof = 'proved' | 'unproved' | 'failed';

/** How far the sender's name may be believed; where nothing was looked at, nothing is proved. */
export function proofOf(trust: LetterTrust): Proof {
  return trust.proof === '' ? 'unproved' : trust.proof;
}

/** The domain behind an address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** A letter's subject without the marks of answering, to see whether two letters are about the same. */
export function topicOf(subject: string): string {
  return subject.replace(/^\s*((re|fwd?|tr|aw|wg|réf?)\s*(\[\d+\])?\s*:\s*)+/iu, '').trim();
}

export interface SendingText {
  text: string;
  tone: 'quiet' | 'good' | 'risk' | 'bad';
  /** What happens now, or what to do. */
  more?: string;
}

/** How one of our letters fares, in plain words. `when` says a moment that has been. */
export function sendingText(sending: Sending, voice: LetterVoice): SendingText {
  const { t } = voice;
  const { state, problem, nextAt, readAt } = sending;
  const why = problem ? problemText(problem, voice) : undefined;
  const both = why ? `${why.what} ${why.todo}` : undefined;
  switch (state) {
    case 'waiting':
      if (sending.tries === 0 || !nextAt) return { text: t('sending.waiting'), tone: 'quiet', more: both };
      return { text: t('sending.waiting.next', { when: voice.until(nextAt) }), tone: 'risk', more: both };
    case 'sending':
      return { text: t('sending.sending'), tone: 'quiet' };
    case 'sent':
      if (readAt) return { text: t('sending.read', { when: voice.when(readAt) }), tone: 'good' };
      return { text: t('sending.sent', { when: voice.when(sending.changedAt) }), tone: 'quiet' };
    case 'unknown':
      return { text: t('sending.unknown'), tone: 'risk', more: t('sending.unknown.do') };
    case 'failed':
    case 'bounced':
      return { text: t(`sending.${state}`), tone: 'bad', more: both ?? t('problem.other') };
    case 'cancelled':
      return { text: t('sending.cancelled'), tone: 'quiet' };
  }
}

/** What a member can do about a letter that leaves. */
export function verbsOf({ state }: Sending): { again: boolean; cancel: boolean } {
  return {
    again: state === 'failed' || state === 'bounced' || state === 'unknown',
    cancel: state === 'waiting' || state === 'unknown',
  };
}

/** "jeudi 3 décembre, 9 h – 10 h" */
export function whenText(invitation: LetterInvitation, voice: LetterVoice): string {
  const { beginsAt, endsAt, wholeDay } = invitation;
  const day = voice.date(beginsAt);
  if (wholeDay) return `${day}, ${voice.t('invite.allDay')}`;
  const begins = `${day}, ${voice.clock(beginsAt)}`;
  if (!endsAt) return begins;
  const last = voice.date(endsAt);
  return `${begins} – ${last === day ? '' : `${last}, `}${voice.clock(endsAt)}`;
}

/** What an invitation asks, by its method (RFC 5546 §1.4). */
export function methodText(method: string, { t }: LetterVoice): string {
  const key = `invite.${method.toUpperCase()}`;
  return t(knows(key) ? key : 'invite.PUBLISH');
}

export const tallest = 20_000;

/** The height that a letter's frame asks for, in pixels; undefined for whatever else a page may say. */
export function heightOf(said: unknown): number | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const { visavis, height } = said as { visavis?: unknown; height?: unknown };
  if (visavis !== 'letter' || typeof height !== 'number' || !Number.isFinite(height) || height < 0) return undefined;
  return Math.min(Math.ceil(height), tallest);
}

/** Names in a row, the first few and how many more. */
export function namesOf(list: readonly Mailbox[], most = 2): { shown: string; more: number } {
  return {
    shown: list.slice(0, most).map(called).join(', '),
    more: Math.max(0, list.length - most),
  };
}

/** Whom the server answers when nobody else is chosen: whoever wrote last on the customer's side, where she asks for answers. */
export function recipientOf(letters: readonly Letter[]): Mailbox[] {
  const heard = [...letters].reverse().find(({ outward, class: kind }) => !outward && kind !== 'automatic');
  if (!heard || heard.stranger) return [];
  const [elsewhere] = heard.replyTo;
  if (heard.replyTo.length === 1 && elsewhere && !heard.trust?.replyElsewhere) return [elsewhere];
  return heard.from.address ? [heard.from] : [];
}

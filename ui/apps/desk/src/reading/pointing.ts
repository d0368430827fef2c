import type { Lit } from '@visavis/talk';
import type { Pointing } from '../state/readings.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { deciding } from './deciding.ts';

/** What she points at, in the message that says it. */
export function stretchesOf(session: Session, { messageId, head }: Pointing): { text: string; lit: readonly Lit[] } {
  const reading = session.readings.of(messageId);
  if (!reading) return { text: '', lit: [] };
  const thread = session.knownThread(reading.conversationId);
  const text = thread?.messages.find(({ id }) => id === messageId)?.text ?? '';
  return { text, lit: text ? deciding(reading, head, text) : [] };
}

/** « colis », « toujours pas » and “still no parcel”, as each language quotes. */
export function quoted(words: readonly string[], locale: 'fr' | 'en'): string {
  const all = words.map((word) => (locale === 'fr' ? `«\u202f${word}\u202f»` : `“${word}”`));
  return new Intl.ListFormat(locale, { type: 'conjunction', style: 'long' }).format(all);
}

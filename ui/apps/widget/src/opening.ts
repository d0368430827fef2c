import type { VisitorChannel } from '@visavis/client/types.ts';
import type { Voice } from './voice.svelte';

/**
 * Who is there and when she is answered, in honest sentences: what is usual as it was measured, what is promised as the server
 * promises it, nothing where nothing is known, and never silence about being closed. While an answer is owed already, its own
 * hour stands beside it, so none is said here.
 */
export function presence(look: VisitorChannel, voice: Voice, agent?: string, owed = false): string {
  const { t, span } = voice;
  const { usualFor, answerBy = '' } = look.promise;
  const left = owed ? 0 : (Date.parse(answerBy) - Date.now()) / 1000;
  const promised = left > 0 ? t('answer.by', { when: voice.by(answerBy, look.opensAt) }) : '';
  if (!look.open) {
    const when = look.opensAt && voice.moment(look.opensAt);
    return when ? `${t('closed.at', { who: agent ?? t('closed.team'), when })} ${promised}`.trim() : t('closed');
  }
  if (!look.here) return `${t('away')} ${promised || t('away.open')}`;
  const [a = t('closed.team'), b, ...more] = look.team.filter((person) => person.here).map((one) => one.firstName);
  const who = !b ? a : more.length ? t('names.many', { a, b, n: more.length }) : t('names.two', { a, b });
  const n = b ? 2 : 1;
  if (!usualFor || owed) return `${t('here', { who, n })} ${promised || t('here.open')}`;
  // An hour sooner than what is usual would be an hour we do not believe in ourselves.
  return `${t('usual', { who, n, for: span(usualFor) })} ${left > usualFor ? promised : t('here.open')}`;
}

/**
 * The first words. The shop's own greeting speaks of people who are there, so it is said only while somebody is. A name
 * we know joins the hello: "Bonjour." becomes "Bonjour Camille.", and a greeting without a hello gets one.
 */
export function greet(look: VisitorChannel, { t, locale }: Voice, name: string | null | undefined): string {
  const words = look.open && look.here ? look.greeting[locale] || t('greeting') : t('greeting.away');
  const first = name?.trim().split(/\s+/)[0];
  if (!first) return words;
  const hello = /^(bonjour|bonsoir|hello|hi|welcome|bienvenue)(\s*[.,!\n]|$)?/i.exec(words);
  if (!hello) return `${t('hello', { name: first })}\n${words}`;
  return hello[2] === undefined ? words : words.replace(hello[1] ?? '', `$& ${first}`);
}

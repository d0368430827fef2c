import type { VisitorChannel } from '@visavis/client/types.ts';
import type { Voice } from './voice.svelte';

/** Who is there, in one honest sentence: no promise of a delay, and never silence about being closed. */
export function presence(look: VisitorChannel, { t, moment }: Voice, agent?: string): string {
  const here = look.team.filter((person) => person.here).map((person) => person.firstName);
  if (look.open && look.here) {
    const [a = '', b = ''] = here;
    if (here.length === 0) return t('here.open');
    if (here.length === 1) return `${t('here.one', { a })} ${t('here.open')}`;
    return here.length === 2 ? t('here.two', { a, b }) : t('here.many', { a, b, n: here.length - 2 });
  }
  if (look.open) return t('away.open');
  if (!look.opensAt) return t('closed');
  return t('closed.at', { who: agent ?? t('closed.team'), when: moment(look.opensAt) });
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

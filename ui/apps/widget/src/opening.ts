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
 * The shop's greeting, by name when we know it: "Bonjour." becomes "Bonjour Camille.", while a greeting that says more
 * than hello in its first words is left as the shop wrote it.
 */
export function greet(greeting: string, name: string | null | undefined): string {
  const first = name?.trim().split(/\s+/)[0];
  if (!first) return greeting;
  return greeting.replace(/^(bonjour|bonsoir|hello|hi|good (?:morning|evening)|welcome|bienvenue)(?=\s*[.,!…\n]|$)/i, `$1 ${first}`);
}

import type { IconName } from '@visavis/kit';
import type { SettingsWords } from './words.ts';

export type SectionName =
  | 'members'
  | 'teams'
  | 'channels'
  | 'tokens'
  | 'webhooks'
  | 'promisepage'
  | 'audit'
  | 'account';

export interface Section {
  name: SectionName;
  icon: IconName;
  group: 'workspace' | 'self';
}

const all: readonly Section[] = [
  { name: 'members', icon: 'users', group: 'workspace' },
  { name: 'teams', icon: 'bubbles', group: 'workspace' },
  { name: 'channels', icon: 'chat', group: 'workspace' },
  { name: 'promisepage', icon: 'globe', group: 'workspace' },
  { name: 'tokens', icon: 'key', group: 'workspace' },
  { name: 'webhooks', icon: 'send', group: 'workspace' },
  { name: 'audit', icon: 'book', group: 'workspace' },
  { name: 'account', icon: 'user', group: 'self' },
];

/** Whoever does not administrate sets nothing but herself. */
export function sectionsFor(administrator: boolean): readonly Section[] {
  return administrator ? all : all.filter(({ group }) => group === 'self');
}

/** "channels/0199…" is the section of channels, on one of them; what is unknown or not allowed falls on the first allowed. */
export function readSection(path: string, allowed: readonly Section[]): { name: SectionName; rest: string } {
  const [first = '', ...rest] = path.split('/').filter(Boolean);
  const found = allowed.find(({ name }) => name === first);
  return found ? { name: found.name, rest: rest.join('/') } : { name: allowed[0]?.name ?? 'account', rest: '' };
}

export function titleOf(name: SectionName): `settings.${SectionName}` & keyof SettingsWords {
  return `settings.${name}`;
}

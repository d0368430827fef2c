import type { Role } from '@visavis/client';
import type { IconName } from '@visavis/kit';
import type { SettingsWords } from './words.ts';

export type SectionName =
  | 'members'
  | 'teams'
  | 'channels'
  | 'tokens'
  | 'check'
  | 'webhooks'
  | 'promisepage'
  | 'audit'
  | 'hours'
  | 'promises'
  | 'priority'
  | 'routing'
  | 'rules'
  | 'reasons'
  | 'attributes'
  | 'engine'
  | 'scenarios'
  | 'ready'
  | 'signatures'
  | 'account';

export interface Section {
  name: SectionName;
  icon: IconName;
  group: 'workspace' | 'work' | 'answers' | 'self';
  /** Supervisors may read it too. */
  supervised?: boolean;
  /** Every member may read it, and finds something of hers there. */
  shared?: boolean;
}

const all: readonly Section[] = [
  { name: 'members', icon: 'users', group: 'workspace' },
  { name: 'teams', icon: 'bubbles', group: 'workspace' },
  { name: 'channels', icon: 'chat', group: 'workspace' },
  { name: 'promisepage', icon: 'globe', group: 'workspace' },
  { name: 'check', icon: 'sos', group: 'workspace' },
  { name: 'tokens', icon: 'key', group: 'workspace' },
  { name: 'webhooks', icon: 'send', group: 'workspace' },
  { name: 'audit', icon: 'book', group: 'workspace' },
  { name: 'hours', icon: 'clock', group: 'work' },
  { name: 'promises', icon: 'heart', group: 'work', supervised: true },
  { name: 'priority', icon: 'filter', group: 'work', supervised: true },
  { name: 'routing', icon: 'merge', group: 'work', supervised: true },
  { name: 'rules', icon: 'code', group: 'work', supervised: true },
  { name: 'reasons', icon: 'tag', group: 'work', supervised: true },
  { name: 'attributes', icon: 'shop', group: 'work', supervised: true },
  { name: 'engine', icon: 'eye', group: 'work', supervised: true },
  { name: 'scenarios', icon: 'alert', group: 'work', supervised: true },
  { name: 'ready', icon: 'reply', group: 'answers', shared: true },
  { name: 'signatures', icon: 'pen', group: 'answers', shared: true },
  { name: 'account', icon: 'user', group: 'self' },
];

/** Administrators set everything, supervisors read how work is promised and shared out, everybody sets herself. */
export function sectionsFor(role: Role | undefined): readonly Section[] {
  if (role === 'administrator') return all;
  return all.filter(
    ({ group, supervised, shared }) => group === 'self' || shared || (supervised && role === 'supervisor'),
  );
}

/** "channels/0199…" is the section of channels, on one of them; what is unknown or not allowed falls on the first that is hers to set. */
export function readSection(path: string, allowed: readonly Section[]): { name: SectionName; rest: string } {
  const [first = '', ...rest] = path.split('/').filter(Boolean);
  const found = allowed.find(({ name }) => name === first);
  if (found) return { name: found.name, rest: rest.join('/') };
  return { name: allowed.find(({ shared }) => !shared)?.name ?? 'account', rest: '' };
}

export function titleOf(name: SectionName): `settings.${SectionName}` & keyof SettingsWords {
  return `settings.${name}`;
}

import type { RuleField } from '../routing-calls.ts';

/** What sort of value a field is compared with; what this desk does not know is words. */
export type FieldKind =
  | 'words'
  | 'reason'
  | 'number'
  | 'yesNo'
  | 'urgency'
  | 'channel'
  | 'channelKind'
  | 'team'
  | 'member'
  | 'language'
  | 'state';

const kinds: Readonly<Record<string, FieldKind>> = {
  text: 'words',
  subject: 'words',
  segment: 'words',
  pageUrl: 'words',
  reason: 'reason',
  criticality: 'number',
  mood: 'number',
  dissatisfied: 'yesNo',
  urgency: 'urgency',
  value: 'number',
  influence: 'number',
  contacts: 'number',
  waitingMinutes: 'number',
  open: 'yesNo',
  verified: 'yesNo',
  channel: 'channel',
  channelKind: 'channelKind',
  team: 'team',
  assignee: 'member',
  language: 'language',
  state: 'state',
};
export const kindOf = (field: string): FieldKind => kinds[field] ?? 'words';

/** Whether a comparison is whole without a value. */
export const alone = (is: string): boolean => is === 'isSet' || is === 'isNotSet';

/** In the order in which people think of them. */
const order = Object.keys(kinds);
export function sortedFields(fields: readonly RuleField[]): RuleField[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...fields].sort((a, b) => place(a.name) - place(b.name));
}

/** What the value of an action is. */
export type ActionKind =
  'none' | 'team' | 'anyTeam' | 'member' | 'webhook' | 'number' | 'reason' | 'language' | 'words';

const actions: Readonly<Record<string, ActionKind>> = {
  assignTeam: 'anyTeam',
  assignMember: 'member',
  setCriticality: 'number',
  raise: 'none',
  setReason: 'reason',
  setLanguage: 'language',
  setMood: 'number',
  note: 'words',
  step: 'words',
  resolve: 'none',
  snoozeHours: 'number',
  webhook: 'webhook',
  notifyTeam: 'anyTeam',
  notifySupervisors: 'none',
};
export const actionKind = (action: string): ActionKind => actions[action] ?? 'words';

/** The bounds of the actions that take a number. */
export const bounds: Readonly<Record<string, readonly [number, number]>> = {
  setCriticality: [0, 4],
  setMood: [-100, 100],
  snoozeHours: [1, 2160],
};

export const listed = (value: string): string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

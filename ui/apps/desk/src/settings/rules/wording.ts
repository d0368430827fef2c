import { kindText, listText, sayOr, type RoutingSay } from '../routing-words.ts';
import type { Action, Condition, RuleBody } from '../routing-calls.ts';
import { alone, kindOf, listed } from './kinds.ts';

/** What ids are called, and the voice to say them in. */
export interface Reading {
  t: RoutingSay;
  locale: 'fr' | 'en';
  team: (id: string) => string;
  channel: (id: string) => string;
  member: (id: string) => string;
  webhook: (id: string) => string;
  reason: (key: string) => string;
}

/** A value as people call it. */
export function valueText(field: string, value: string, by: Reading): string {
  switch (kindOf(field)) {
    case 'team':
      return by.team(value);
    case 'channel':
      return by.channel(value);
    case 'member':
      return by.member(value);
    case 'channelKind':
      return kindText(value, by.t);
    case 'language':
    case 'state':
    case 'urgency':
      return sayOr(by.t, `${kindOf(field)}.${value}`, value);
    case 'reason':
      return by.t('quoted', { value: by.reason(value) });
    case 'words':
      return by.t('quoted', { value });
    case 'number':
    case 'yesNo':
      return value;
  }
}

/** "le texte contient « remboursement »" */
export function conditionText({ field, is, value = '' }: Condition, by: Reading): string {
  if (kindOf(field) === 'yesNo') return sayOr(by.t, `if.${field}.${value}`, `${field} ${value}`);
  const name = sayOr(by.t, `field.${field}`, field);
  const op = sayOr(by.t, `op.${is}`, is);
  if (alone(is)) return `${name} ${op}`;
  const values = is === 'oneOf' ? listed(value) : [value];
  const said = values.map((one) => valueText(field, one, by));
  return `${name} ${op} ${said.length > 1 ? listText(said, by.locale, 'disjunction') : (said[0] ?? '…')}`;
}

/** "confier à l’équipe Facturation" */
export function actionText({ do: what, value = '' }: Action, by: Reading): string {
  if (what === 'assignTeam' && value === '') return by.t('do.assignTeam.none');
  if (what === 'notifyTeam' && value === '') return by.t('do.notifyTeam.none');
  return by.t(actionKey(what), { value: actionValue(what, value, by) });
}

function actionValue(what: string, value: string, by: Reading): string {
  if (value === '') return '…';
  switch (what) {
    case 'assignTeam':
    case 'notifyTeam':
      return by.team(value);
    case 'assignMember':
      return by.member(value);
    case 'webhook':
      return by.webhook(value);
    case 'setReason':
      return by.reason(value);
    case 'setLanguage':
      return sayOr(by.t, `language.${value}`, value);
    default:
      return value;
  }
}

const keys = {
  assignTeam: 'do.assignTeam',
  assignMember: 'do.assignMember',
  setCriticality: 'do.setCriticality',
  raise: 'do.raise',
  setReason: 'do.setReason',
  setLanguage: 'do.setLanguage',
  setMood: 'do.setMood',
  note: 'do.note',
  step: 'do.step',
  resolve: 'do.resolve',
  snoozeHours: 'do.snoozeHours',
  webhook: 'do.webhook',
  notifyTeam: 'do.notifyTeam',
  notifySupervisors: 'do.notifySupervisors',
} as const;
const actionKey = (what: string) => (what in keys ? keys[what as keyof typeof keys] : 'do.unknown');

/** "Quand un client écrit, si le texte contient « remboursement », alors confier à l’équipe Facturation." */
export function ruleText(rule: Pick<RuleBody, 'when' | 'any' | 'if' | 'then'>, by: Reading): string {
  const { t, locale } = by;
  const when = listText(
    rule.when.map((one) => t(`when.${one}`)),
    locale,
    'disjunction',
  );
  const then = listText(
    rule.then.map((one) => actionText(one, by)),
    locale,
  );
  const conditions = (rule.if ?? []).map((one) => conditionText(one, by));
  if (conditions.length === 0) return t('rule.line.always', { when, then });
  const holds = listText(conditions, locale, rule.any ? 'disjunction' : 'conjunction');
  return t('rule.line', { when, if: holds, then });
}

import type { IconName } from '@visavis/kit';
import type { AuditLine } from '../server.ts';
import type { Say } from '../words.ts';

/**
 * Lines under the headings of their days, in the order they were written. A log is in the order of its numbers: when a clock
 * was set back, a day has two headings; what tells them apart is the number of their first line.
 */
export function byDay(lines: readonly AuditLine[], dayOf: (at: string) => string) {
  const found: { first: number; day: string; lines: AuditLine[] }[] = [];
  for (const line of lines) {
    const day = dayOf(line.at);
    const last = found.at(-1);
    if (last?.day === day) last.lines.push(line);
    else found.push({ first: line.number, day, lines: [line] });
  }
  return found;
}

/** Who bears an id, as far as this desk knows. */
export interface Names {
  member: (id: string) => string | undefined;
  team: (id: string) => string | undefined;
  channel: (id: string) => string | undefined;
}

const icons: Record<string, IconName> = {
  member: 'users',
  team: 'bubbles',
  channel: 'chat',
  token: 'key',
  webhook: 'send',
  session: 'sign',
  password: 'lock',
  workspace: 'shop',
  participant: 'users',
  arrival: 'mail',
  sending: 'mail',
  template: 'reply',
  signature: 'pen',
  calendar: 'clock',
  policy: 'heart',
  promise_page: 'globe',
  queue: 'merge',
  profile: 'merge',
  routing: 'merge',
  rule: 'code',
  reasons: 'tag',
  reason: 'tag',
  rate: 'tag',
  attributes: 'shop',
  listen: 'eye',
  reader: 'eye',
  reading: 'eye',
  incident: 'alert',
  scenario: 'alert',
  assist: 'sos',
  recording: 'sos',
};

export function signOf({ action }: AuditLine): IconName {
  return icons[action.split('.')[0] ?? ''] ?? 'book';
}

const known = [
  'member.invited',
  'member.joined',
  'member.password_link',
  'member.changed',
  'team.created',
  'team.changed',
  'team.deleted',
  'channel.created',
  'channel.changed',
  'channel.secret_rotated',
  'channel.secrets_changed',
  'channel.signing_keys_made',
  'channel.consent_asked',
  'channel.signed_in',
  'token.created',
  'token.revoked',
  'webhook.created',
  'webhook.changed',
  'webhook.deleted',
  'webhook.tested',
  'webhook.secret_rotated',
  'webhook.disabled',
  'session.started',
  'session.ended',
  'password.changed',
  'workspace.created',
  'participant.asked',
  'participant.granted',
  'participant.refused',
  'arrival.converted',
  'arrival.discarded',
  'arrival.retried',
  'sending.retried',
  'sending.cancelled',
  'template.created',
  'template.changed',
  'template.deleted',
  'signature.changed',
  'signature.deleted',
  'calendar.created',
  'calendar.changed',
  'calendar.deleted',
  'policy.created',
  'policy.changed',
  'policy.deleted',
  'policy.ordered',
  'promise_page.changed',
  'queue.changed',
  'profile.changed',
  'routing.settings_changed',
  'routing.event_skipped',
  'rule.created',
  'rule.changed',
  'rule.deleted',
  'rule.ordered',
  'rule.ran',
  'rule.disabled',
  'reasons.changed',
  'reason.planned',
  'reason.unplanned',
  'rate.changed',
  'attributes.chosen',
  'listen.settings_changed',
  'reader.engine_changed',
  'reader.training',
  'reading.skipped',
  'incident.suspected',
  'incident.confirmed',
  'incident.dismissed',
  'incident.changed',
  'incident.fixing',
  'incident.solved',
  'incident.untold',
  'scenario.prepared',
  'scenario.changed',
  'scenario.deleted',
  'assist.consented',
  'assist.revoked',
  'assist.watched',
  'assist.whispered',
  'assist.navigated',
  'assist.did',
  'assist.drew',
  'assist.acted',
  'recording.decided',
  'recording.exported',
  'recording.replayed',
  'recording.deleted',
  'recording.expired',
] as const;
type Known = (typeof known)[number];

/** A line of the log as a sentence: who, what, to whom. What this desk does not know yet is said by its name. */
export function tell(line: AuditLine, names: Names, t: Say): string {
  const who = whoDid(line, names, t);
  const action = known.find((one) => one === line.action);
  if (!action) return t('audit.unknown', { who, action: line.action });
  if (action === 'member.changed') return memberChanged(line, who, names, t);
  return t(`audit.${action}`, { who, what: whatTo(action, line.target ?? '', names, t) });
}

function memberChanged({ target, data, by }: AuditLine, who: string, names: Names, t: Say): string {
  const what = names.member(target ?? '') ?? t('audit.someone');
  const { role, state } = (data ?? {}) as { role?: unknown; state?: unknown }; // each action has its own
  if (state === 'disabled') return t('audit.member.disabled', { who, what });
  if (by.id === target) return t('audit.member.self', { who });
  const said = role === 'agent' || role === 'supervisor' || role === 'administrator' ? t(`role.${role}`) : '';
  return said
    ? t('audit.member.role', { who, what, role: said.toLowerCase() })
    : t('audit.member.changed', { who, what });
}

function whoDid({ by, action, target }: AuditLine, names: Names, t: Say): string {
  if (action === 'member.joined' || action === 'session.started')
    return names.member(target ?? by.id ?? '') ?? t('audit.someone');
  switch (by.kind) {
    case 'member':
      return names.member(by.id ?? '') ?? t('audit.someone');
    case 'token':
      return t('audit.token');
    case 'system':
      return t('audit.system');
    case 'customer':
      return t('audit.someone');
  }
}

function whatTo(action: Known, target: string, names: Names, t: Say): string {
  switch (action.split('.')[0]) {
    case 'member':
      return names.member(target) ?? t('audit.someone');
    case 'team':
      return names.team(target) ?? t('audit.gone');
    case 'channel':
      return names.channel(target) ?? t('audit.gone');
    default:
      return '';
  }
}

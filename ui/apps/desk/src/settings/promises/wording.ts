import { kindText, type RoutingSay } from '../routing-words.ts';
import type { Escalation, Scope } from '../routing-calls.ts';

/** What ids are called. */
export interface Names {
  team: (id: string) => string;
  channel: (id: string) => string;
}

/** "Chat, E-mail · VIP · gravité 2 et plus"; for everybody when nothing narrows it. */
export function scopeText(scope: Scope, names: Names, t: RoutingSay): string {
  const parts = [
    (scope.kinds ?? []).map((kind) => kindText(kind, t)),
    (scope.channelIds ?? []).map(names.channel),
    (scope.teamIds ?? []).map(names.team),
    scope.segments ?? [],
    scope.reasons ?? [],
  ]
    .filter((all) => all.length > 0)
    .map((all) => all.join(', '));
  if (scope.minCriticality) parts.push(t('scope.criticality', { n: scope.minCriticality }));
  return parts.join(' · ') || t('scope.everybody');
}

/** "Promesse manquée : prévenir l’équipe" */
export function escalationText(one: Escalation, warnAt: readonly number[], names: Names, t: RoutingSay): string {
  const at = t(`mark.${one.at}`, { n: (one.at === 'warned_first' ? warnAt[0] : warnAt[1]) ?? 0 });
  return t('escalation.line', { at, what: whatText(one, names, t) });
}

function whatText({ do: what, to, teamId }: Escalation, names: Names, t: RoutingSay): string {
  switch (what) {
    case 'notify':
      return t(`escalation.notify.${to || 'owner'}`);
    case 'raise':
      return t('escalation.raise');
    case 'reassign':
      return teamId ? t('escalation.reassign.team', { team: names.team(teamId) }) : t('escalation.reassign');
  }
}

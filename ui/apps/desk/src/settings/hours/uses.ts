import type { Policy, Queue, RoutingSettings } from '../routing-calls.ts';

export interface Use {
  name: string;
  href: string;
  what: 'policy' | 'queue' | 'workspace';
}

/** Who counts in a calendar: as long as there is one, it cannot be deleted. */
export function usesOf(
  id: string,
  { policies, queues, settings }: { policies: readonly Policy[]; queues: readonly Queue[]; settings: RoutingSettings },
  teamName: (id: string) => string,
): Use[] {
  return [
    ...(settings.calendarId === id
      ? [{ name: '', href: '#/settings/routing/capacity', what: 'workspace' as const }]
      : []),
    ...policies
      .filter(({ calendarId }) => calendarId === id)
      .map((one) => ({ name: one.name, href: `#/settings/promises/${one.id}`, what: 'policy' as const })),
    ...queues
      .filter(({ calendarId }) => calendarId === id)
      .map((one) => ({ name: teamName(one.teamId), href: `#/settings/routing/${one.id}`, what: 'queue' as const })),
  ];
}

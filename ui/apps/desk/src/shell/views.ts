import type { Counts, View } from '@visavis/client';
import type { IconName } from '@visavis/kit';

export const sharedViews = ['mine', 'unassigned', 'teams', 'all'] as const satisfies readonly View[];
export type SharedView = (typeof sharedViews)[number];

export const viewIcons: Record<SharedView, IconName> = {
  mine: 'inbox',
  unassigned: 'user',
  teams: 'users',
  all: 'bubbles',
};

/** How many stand open in a view, as it is written: counts stop at 1000. */
export function countText(counts: Counts | null, view: SharedView | { teamId: string }): string {
  const n = typeof view === 'string' ? counts?.[view] : counts?.byTeam[view.teamId];
  if (!n) return '';
  return n >= 1000 ? '999+' : String(n);
}

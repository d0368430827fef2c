import type { Counts, View } from '@visavis/client';
import type { IconName } from '@visavis/kit';

export const sharedViews = ['mine', 'unassigned', 'risk', 'teams', 'all'] as const satisfies readonly View[];
/** Those that have a place at the bottom of a phone; the list's own menu leads to the others. */
export const thumbViews = ['mine', 'unassigned', 'teams', 'risk'] as const satisfies readonly View[];
export type SharedView = (typeof sharedViews)[number];

export const viewIcons: Record<SharedView, IconName> = {
  mine: 'inbox',
  unassigned: 'user',
  risk: 'alert',
  teams: 'users',
  all: 'bubbles',
};

/** How many stand open in a view, as it is written: counts stop at 1000. */
export function countText(counts: Counts | null, view: SharedView | { teamId: string }): string {
  const n = typeof view !== 'string' ? counts?.byTeam[view.teamId] : view === 'risk' ? counts?.atRisk : counts?.[view];
  if (!n) return '';
  return n >= 1000 ? '999+' : String(n);
}

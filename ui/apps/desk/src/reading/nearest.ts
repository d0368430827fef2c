import type { Reading } from '@visavis/client';
import type { ReasonTree } from './tree.ts';

export interface Offered {
  near: string[];
  recent: string[];
  rest: string[];
}

/** The reasons to choose from: what the reader thought of first, then what she gave of late, then the tree; none twice. */
export function nearest(
  tree: ReasonTree,
  read: Pick<Reading, 'best' | 'next'> | undefined,
  recent: readonly string[],
): Offered {
  const live = tree.live.map(({ key }) => key);
  const left = new Set(live);
  const take = (keys: readonly (string | undefined)[]) => keys.filter((key) => key !== undefined && left.delete(key));
  const near = take([read?.best, read?.next]) as string[];
  return { near, recent: take(recent) as string[], rest: live.filter((key) => left.has(key)) };
}

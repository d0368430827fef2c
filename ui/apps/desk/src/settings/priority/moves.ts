import type { WeightsPreview } from '../routing-calls.ts';

type Placed = WeightsPreview['items'][number];

/** Places gained (positive) or lost; 0 stays. */
export const gain = ({ from, to }: Pick<Placed, 'from' | 'to'>): number => from - to;

/** What to show of a long queue: its head, and everybody who moves, up to a limit. */
export function telling(items: readonly Placed[], most: number): Placed[] {
  if (items.length <= most) return [...items];
  const head = items.slice(0, Math.ceil(most / 2));
  const movers = items.slice(head.length).filter((one) => gain(one) !== 0);
  return [...head, ...movers.slice(0, most - head.length)];
}

import type { Measure } from '@visavis/client';

export type Quality = 'good' | 'fair' | 'poor';

/** How a line does for people who speak: what does not arrive hurts first, then what arrives late. */
export function quality({ missing, delay = 0 }: Measure): Quality {
  if (missing > 0.08 || delay > 500) return 'poor';
  return missing > 0.03 || delay > 250 ? 'fair' : 'good';
}

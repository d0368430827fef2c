/** How long the rest takes at the pace that was measured last, in the largest unit that fits. */
export interface Rest {
  unit: 'minutes' | 'hours' | 'days';
  n: number;
}

/** Nothing when no pace is known, or nothing is left. */
export function restOf(left: number, perHour: number): Rest | undefined {
  if (left <= 0 || perHour <= 0) return undefined;
  const minutes = Math.ceil((left / perHour) * 60);
  if (minutes < 60) return { unit: 'minutes', n: minutes };
  const hours = Math.round(minutes / 60);
  return hours < 48 ? { unit: 'hours', n: hours } : { unit: 'days', n: Math.round(hours / 24) };
}

import type { AssistMeasures } from '@visavis/client';

/** What is promised, in seconds. */
export const promised = 15;
/** What lies above is drawn at the top. */
const most = 60;

export interface Dot {
  /** Percent of the width and of the height. */
  left: number;
  top: number;
  kept: boolean;
  after: number;
  at: string;
}

/** Where each answer stands between two instants, a second below a second; what took longer than a minute stands at the top. */
export function dots(answers: AssistMeasures['answers'], from: number, to: number): Dot[] {
  return answers.map(({ pressedAt, after }) => ({
    left: Math.min(100, Math.max(0, (100 * (Date.parse(pressedAt) - from)) / (to - from))),
    top: 100 - (100 * Math.min(most, after)) / most,
    kept: after <= promised,
    after,
    at: pressedAt,
  }));
}

/** Local midnights of a span of days that ends with today's, and the next one. */
export function span(days: number, now: number): { from: number; to: number } {
  const from = new Date(now);
  from.setHours(0, 0, 0, 0);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  from.setDate(from.getDate() - days + 1);
  return { from: from.getTime(), to: to.getTime() };
}

/** The share that was kept, in percent and never rounded up to all; undefined where nothing was promised. */
export function share({ kept, promised: all }: Pick<AssistMeasures, 'kept' | 'promised'>): number | undefined {
  return all === 0 ? undefined : Math.floor((1000 * kept) / all) / 10;
}

/** Ticks along the time: every fourth hour of a day, every day of a week, every seventh of more. */
export function ticks(days: number, from: number): number[] {
  const count = days === 1 ? 6 : Math.ceil(days / (days > 7 ? 7 : 1));
  return Array.from({ length: count }, (_, n) => {
    const at = new Date(from);
    if (days === 1) at.setHours(n * 4);
    else at.setDate(at.getDate() + n * (days > 7 ? 7 : 1));
    return at.getTime();
  });
}

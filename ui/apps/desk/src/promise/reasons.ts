import type { Priority, PriorityPoint } from '@visavis/client';
import type { PointBar } from '@visavis/kit';
import { momentText } from './terms.ts';
import type { PromiseVoice } from './words.ts';

/** Five words for a mood of -100 to 100. */
export const moods = [-2, -1, 0, 1, 2] as const;
export type MoodStep = (typeof moods)[number];
export const moodValue = (step: MoodStep): number => step * 50;
export function moodStep(mood: number): MoodStep {
  const near = Math.round(mood / 50);
  return moods.find((step) => step === near) ?? 0;
}

export const levels = [0, 1, 2, 3, 4] as const;
export type Level = (typeof levels)[number];
export function levelOf(criticality: number): Level {
  return levels.find((level) => level === criticality) ?? 0;
}

/** The last word of a path of reasons: "delivery/late" is said "late". */
export function reasonWord(reason: string): string {
  return reason.split('/').at(-1) ?? reason;
}

/** Whole numbers that sum to the whole total, each as near as can be to its own points (largest remainders). */
export function wholePoints(points: readonly number[], total: number): number[] {
  const wanted = Math.round(total);
  const whole = points.map((n) => Math.floor(n));
  const byRest = points.map((n, i) => ({ i, rest: n - Math.floor(n) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  let missing = wanted - whole.reduce((sum, n) => sum + n, 0);
  for (const { i } of byRest) {
    if (missing <= 0) break;
    whole[i] = (whole[i] ?? 0) + 1;
    missing -= 1;
  }
  return whole;
}

/** The terms that bring something, the heaviest first; their points sum to the number shown. */
export function barsOf({ points, total }: Priority, voice: PromiseVoice): PointBar[] {
  const whole = wholePoints(
    points.map((point) => point.points),
    total,
  );
  return points
    .map((point, i) => ({
      id: point.term,
      label: voice.t(`why.${point.term}`),
      points: whole[i] ?? 0,
      max: point.max || undefined,
      reason: reasonOf(point, voice),
    }))
    .filter((bar) => bar.points > 0)
    .sort((a, b) => b.points - a.points);
}

function reasonOf({ term, detail }: PriorityPoint, voice: PromiseVoice): string {
  const { t, until, now } = voice;
  switch (term) {
    case 'criticality': {
      const said = [...(detail.words ?? []), ...(detail.reason ? [reasonWord(detail.reason)] : [])];
      return said.length > 0 ? said.join(', ') : t(`critical.${levelOf(detail.criticality ?? 0)}`);
    }
    case 'influence':
      return t('why.r.influence', { n: detail.influence ?? 0 });
    case 'value':
      return detail.segment || t('why.r.value', { n: detail.value ?? 0 });
    case 'mood':
      return t(`mood.${moodStep(detail.mood ?? 0)}`).toLowerCase();
    case 'repeat':
      return t('why.r.repeat', { n: detail.contacts ?? 0 });
    case 'deadline': {
      const at = detail.deadlineAt ?? '';
      return t(Date.parse(at) < now ? 'why.r.deadline.past' : 'why.r.deadline', { at: until(at) });
    }
    case 'slack': {
      const used = detail.used ?? 0;
      return used >= 1 ? t('why.r.slack.over') : t('why.r.slack', { n: Math.round(used * 100) });
    }
    case 'waiting':
      return t('why.r.waiting', { at: momentText(now - (detail.waitingFor ?? 0) * 1000, voice) });
  }
}

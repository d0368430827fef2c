import type { Conversation, Priority, PriorityPoint } from '@visavis/client';
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

/** What a score is explained with: numbers come with it, the rest is known of the conversation. */
export type Matter = Pick<Conversation, 'reason' | 'deadlineAt' | 'waitingSince'>;

/** The terms that bring something, the heaviest first; their points sum to the number shown. */
export function barsOf(priority: Priority, matter: Matter, voice: PromiseVoice): PointBar[] {
  const { points, total } = priority;
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
      reason: reasonOf(point, priority.words, matter, voice),
    }))
    .filter((bar) => bar.points > 0)
    .sort((a, b) => b.points - a.points);
}

const hour = 3_600_000;

function reasonOf({ term, of }: PriorityPoint, words: readonly string[], matter: Matter, voice: PromiseVoice): string {
  const { t, until, now } = voice;
  switch (term) {
    case 'criticality': {
      const said = [...words, ...(matter.reason ? [reasonWord(matter.reason)] : [])];
      return said.length > 0 ? said.join(', ') : t(`critical.${levelOf(of)}`);
    }
    case 'influence':
      return t('why.r.influence', { n: of });
    case 'value':
      return t('why.r.value', { n: of });
    case 'mood':
      return t(`mood.${moodStep(of)}`).toLowerCase();
    case 'dissatisfied':
      return t('why.r.dissatisfied');
    case 'urgency':
      return t(of >= 2 ? 'why.r.urgency.now' : 'why.r.urgency.today');
    case 'repeat':
      return t('why.r.repeat', { n: of });
    case 'deadline': {
      const at = matter.deadlineAt ?? new Date(now + of * hour).toISOString();
      return Date.parse(at) < now
        ? t('why.r.deadline.past', { at: momentText(at, voice) })
        : t('why.r.deadline', { at: until(at) });
    }
    case 'slack':
      return of >= 1 ? t('why.r.slack.over') : t('why.r.slack', { n: Math.round(of * 100) });
    case 'waiting':
      return t('why.r.waiting', { at: momentText(matter.waitingSince ?? now - of * hour, voice) });
  }
}

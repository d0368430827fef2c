import type { Conversation, Owed } from '@visavis/client';
import type { CountdownShape } from '@visavis/kit';
import type { PromiseVoice } from './words.ts';

/** What is left of a promise at one instant. */
export interface Counted {
  shape: CountdownShape;
  /** The share of its time that is left, 0 to 1. */
  part: number;
  /** Milliseconds; negative once it is over. */
  left: number;
}

export type Clocked = Pick<Owed, 'state' | 'madeAt' | 'dueAt'>;

/** The last quarter is the part in which a promise is at risk. */
const riskPart = 0.25;
const minute = 60_000;

export function countdown({ state, madeAt, dueAt }: Clocked, now: number): Counted {
  const due = Date.parse(dueAt);
  const whole = Math.max(1, due - Date.parse(madeAt));
  const left = due - now;
  if (state === 'paused') return { shape: 'paused', part: 1, left };
  if (state === 'missed' || left <= 0) return { shape: 'diamond', part: 0, left: Math.min(0, left) };
  const part = Math.min(1, left / whole);
  return { shape: part <= riskPart ? 'wedge' : 'ring', part, left };
}

/** "4 min", "< 1 min", "+12 min": by whole minutes, so that a list changes in steps. */
export function minutesOf({ shape, left }: Counted, { t, lasting }: Pick<PromiseVoice, 't' | 'lasting'>): string {
  if (shape === 'paused') return t('count.paused');
  if (shape === 'diamond') return t('count.over', { time: lasting(Math.max(minute, -left)) });
  return left < minute ? t('count.soon') : lasting(left);
}

/** The whole sentence: what was promised for when, and how late it is. */
export function sentenceOf(owed: Owed, counted: Counted, { t, until, lasting }: PromiseVoice): string {
  const at = until(owed.dueAt);
  if (counted.shape === 'paused') return t(`paused.${owed.kind}`);
  if (counted.shape !== 'diamond') return t(`due.${owed.kind}`, { at });
  return t(`over.${owed.kind}`, { at, time: lasting(Math.max(minute, -counted.left)) });
}

export interface Sign {
  shape: CountdownShape;
  part: number;
  label: string;
  title: string;
}

/** The sign at the right of a name in the list; nothing when nothing is owed and nothing was. */
export function signOf(
  conversation: Pick<Conversation, 'promise'>,
  kept: boolean,
  now: number,
  voice: PromiseVoice,
): Sign | undefined {
  const { promise } = conversation;
  const { t } = voice;
  if (kept && (!promise || promise.state === 'paused'))
    return { shape: 'tick', part: 1, label: t('count.kept'), title: t('count.kept.title') };
  if (!promise) return undefined;
  const counted = countdown(promise, now);
  return {
    shape: counted.shape,
    part: counted.part,
    label: minutesOf(counted, voice),
    title: sentenceOf(promise, counted, voice),
  };
}

/** Minutes and seconds of what is left, for the open conversation; seconds only in the last five minutes. */
export function pieces(left: number): { n: number; unit: 'd' | 'h' | 'min' | 's' }[] {
  const s = Math.floor(Math.abs(left) / 1000);
  const [min, h] = [Math.floor(s / 60), Math.floor(s / 3600)];
  if (h >= 48)
    return [
      { n: Math.floor(h / 24), unit: 'd' },
      { n: h % 24, unit: 'h' },
    ];
  if (h >= 1)
    return [
      { n: h, unit: 'h' },
      { n: min % 60, unit: 'min' },
    ];
  if (min >= 5) return [{ n: min, unit: 'min' }];
  if (min >= 1)
    return [
      { n: min, unit: 'min' },
      { n: s % 60, unit: 's' },
    ];
  return [{ n: s, unit: 's' }];
}

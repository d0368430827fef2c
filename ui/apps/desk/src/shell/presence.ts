import type { PresenceState } from '@visavis/client';
import type { PromiseVoice } from '../promise/words.ts';

/** When a break may end, from now; those that say the same twice are left out. */
export interface Return {
  id: '15' | '30' | '60' | 'tomorrow' | 'unknown';
  at?: Date;
}
const morning = 9;

export function returns(now: Date): Return[] {
  const minutes = (n: number) => new Date(Math.ceil((now.getTime() + n * 60_000) / 60_000) * 60_000);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, morning);
  return [
    { id: '15', at: minutes(15) },
    { id: '30', at: minutes(30) },
    { id: '60', at: minutes(60) },
    { id: 'tomorrow', at: tomorrow },
    { id: 'unknown' },
  ];
}

/** Her presence in words: until when she is away, how long she still finishes up. */
export function presenceText(
  presence: PresenceState,
  backAt: string | undefined,
  now: number,
  { t, until, lasting }: PromiseVoice,
): string {
  const left = backAt ? Date.parse(backAt) - now : 0;
  if (presence === 'away' && backAt && left > 0) return t('presence.until', { at: until(backAt) });
  if (presence === 'finishing' && left > 0) return t('presence.finishing.left', { time: lasting(left) });
  return t(`presence.${presence}`);
}

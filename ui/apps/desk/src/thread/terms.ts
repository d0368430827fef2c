import type { SnoozeTerm } from '../state/actions.svelte.ts';

export interface Term {
  id: 'hour' | 'evening' | 'tomorrow' | 'monday' | 'reply' | 'date';
  at?: Date;
  term?: SnoozeTerm;
}

const morning = 9;
const evening = 18;

function atHour(day: Date, days: number, hour: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour);
}

/** The moments worth one key, from now; those that say the same twice are left out. */
export function terms(now: Date): Term[] {
  const hour = new Date(Math.ceil((now.getTime() + 3_600_000) / 60_000) * 60_000);
  const tonight = atHour(now, 0, evening);
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  const moment = (id: Term['id'], at: Date): Term => ({ id, at, term: { until: at.toISOString() } });
  return [
    moment('hour', hour),
    ...(tonight.getTime() - now.getTime() > 2 * 3_600_000 ? [moment('evening', tonight)] : []),
    moment('tomorrow', atHour(now, 1, morning)),
    ...(untilMonday > 1 ? [moment('monday', atHour(now, untilMonday, morning))] : []),
    { id: 'reply', term: { untilReply: true } },
    { id: 'date' },
  ];
}

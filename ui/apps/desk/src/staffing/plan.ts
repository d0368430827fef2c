import type { Answer, Body } from '@visavis/client';

export type Forecast = Answer<'get', '/staffing/forecast'>;
export type Plan = Answer<'post', '/staffing/plan'>;
export type Question = Body<'post', '/staffing/plan'>;
export type PlannedSlot = Plan['slots'][number];

/** What became of those who came in one hour. */
interface Fate {
  kept: number;
  wait: number;
}
export interface Hour extends Fate {
  at: string;
  expected: number;
  /** Those who came, once the hour is over. */
  actual?: number;
  /** The most that are there in one of its quarters. */
  agents: number;
  without?: Fate;
}

type Measured = Fate & { came: number };

/** The mean of some quarters, each weighing what came in it; 100 % kept of nobody. */
function together(slots: readonly Measured[]): Fate {
  const came = slots.reduce((sum, s) => sum + s.came, 0);
  if (came === 0) return { kept: 100, wait: 0 };
  const mean = (of: (s: Measured) => number) => slots.reduce((sum, s) => sum + of(s) * s.came, 0) / came;
  return { kept: mean((s) => s.kept), wait: mean((s) => s.wait) };
}

/** The day in hours: every four quarters from its beginning. */
export function hoursOf(plan: Plan, forecast: Forecast): Hour[] {
  const hours: Hour[] = [];
  for (let i = 0; i < plan.slots.length; i += 4) {
    const quarters = plan.slots.slice(i, i + 4);
    const first = quarters[0];
    if (!first) break;
    const hour: Hour = {
      at: first.at,
      expected: quarters.reduce((sum, q) => sum + q.expected, 0),
      agents: Math.max(...quarters.map((q) => q.agents)),
      ...together(quarters),
    };
    const came = forecast.slots.slice(i, i + 4).map((s) => s.actual);
    if (came.every((n) => n !== undefined)) hour.actual = came.reduce((sum, n) => sum + n, 0);
    const without = quarters.flatMap((q) => (q.without ? [q.without] : []));
    if (without.length > 0) hour.without = together(without);
    hours.push(hour);
  }
  return hours;
}

/** The first quarter with the most agents. */
export function peakOf(slots: readonly PlannedSlot[]): PlannedSlot | undefined {
  let peak: PlannedSlot | undefined;
  for (const slot of slots) if (!peak || slot.agents > peak.agents) peak = slot;
  return peak;
}

/** How long all agents are there together, in hours. */
export function presenceOf(slots: readonly PlannedSlot[]): number {
  return slots.reduce((sum, s) => sum + s.agents, 0) / 4;
}

/** How many more promises are broken without those who are ill. */
export function brokenBy(plan: Plan): number {
  if (!plan.without) return 0;
  return Math.max(0, Math.round((plan.whole.came * (plan.whole.kept - plan.without.whole.kept)) / 100));
}

/** The quarter that begins at an hour of the clock in a zone. */
export function slotAt(slots: readonly PlannedSlot[], hour: number, zone: string): PlannedSlot | undefined {
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  });
  const wanted = `${String(hour).padStart(2, '0')}:00`;
  return slots.find((s) => clock.format(new Date(s.at)) === wanted);
}

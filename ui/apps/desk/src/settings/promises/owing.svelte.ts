import type { Hours, RoutingCalls, TermKind, Terms } from '../routing-calls.ts';
import { termKinds } from './terms.ts';

/** Open day and night, on the clocks of the world. */
const always: Hours = {
  zone: 'UTC',
  week: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })),
};
const pause = 300;

/** What a policy would owe to somebody who writes now, in the hours that count for it. */
export class Owing {
  #due = $state.raw<ReadonlyMap<TermKind, string>>(new Map());
  #zone = $state<string | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  readonly #calls: RoutingCalls;

  constructor(calls: RoutingCalls) {
    this.#calls = calls;
  }

  get due(): ReadonlyMap<TermKind, string> {
    return this.#due;
  }
  /** Of the calendar that was counted in; none when it is open day and night. */
  get zone(): string | undefined {
    return this.#zone;
  }

  ask(terms: Terms, calendarId: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(terms, calendarId), pause);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#turn++;
  }

  async #ask(terms: Terms, calendarId: string): Promise<void> {
    const turn = ++this.#turn;
    try {
      const [settings, calendars] = await Promise.all([this.#calls.routing(), this.#calls.calendars()]);
      const found = calendars.find(({ id }) => id === (calendarId || settings.calendarId));
      const due = new Map<TermKind, string>();
      for (const kind of termKinds) {
        const term = terms[kind];
        const at = term && (await this.#calls.previewCalendar(found?.hours ?? always, term)).dueAt;
        if (at) due.set(kind, at);
      }
      if (turn !== this.#turn) return;
      this.#due = due;
      this.#zone = found?.hours.zone;
    } catch {
      if (turn === this.#turn) this.#due = new Map(); // it is a help, not a condition: the words stay
    }
  }
}

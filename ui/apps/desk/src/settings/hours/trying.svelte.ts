import type { CalendarPreview, Holiday, Hours, RoutingCalls, Term } from '../routing-calls.ts';

const pause = 250;

/** What the calendar that is being written comes to: asked of the server a moment after the last change. */
export class Trying {
  #answer = $state.raw<CalendarPreview | undefined>();
  #failed = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  readonly #calls: RoutingCalls;

  constructor(calls: RoutingCalls) {
    this.#calls = calls;
  }

  get answer(): CalendarPreview | undefined {
    return this.#answer;
  }
  get failed(): boolean {
    return this.#failed;
  }

  ask(hours: Hours, term: Term): void {
    this.stop();
    this.#timer = setTimeout(() => void this.#ask(hours, term), this.#answer ? pause : 0);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #ask(hours: Hours, term: Term): Promise<void> {
    const running = (this.#running = new AbortController());
    try {
      this.#answer = await this.#calls.previewCalendar(hours, term, running.signal);
      this.#failed = false;
    } catch {
      this.#failed = !running.signal.aborted;
    }
  }
}

/** The public holidays of the places and years that were looked at. */
export class HolidayBook {
  #years = $state.raw<ReadonlyMap<string, readonly Holiday[]>>(new Map());
  #failed = $state(false);
  readonly #asked = new Set<string>();
  readonly #calls: RoutingCalls;

  constructor(calls: RoutingCalls) {
    this.#calls = calls;
  }

  get failed(): boolean {
    return this.#failed;
  }
  of(country: string, region: string, year: number): readonly Holiday[] | undefined {
    return this.#years.get(`${country} ${region} ${year}`);
  }
  /** The name of a holiday by its id, in whatever year it was read. */
  name(id: string, locale: 'fr' | 'en'): string {
    for (const year of this.#years.values()) {
      const found = year.find((one) => one.id === id);
      if (found) return found.name[locale];
    }
    return '';
  }

  async read(country: string, region: string, year: number): Promise<void> {
    const key = `${country} ${region} ${year}`;
    if (!country || this.#asked.has(key)) return;
    this.#asked.add(key);
    try {
      const found = await this.#calls.holidays(country, region, year);
      this.#years = new Map([...this.#years, [key, found]]);
      this.#failed = false;
    } catch {
      this.#asked.delete(key);
      this.#failed = true;
    }
  }
}

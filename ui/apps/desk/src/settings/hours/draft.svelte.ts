import { sorted } from '../hours.ts';
import type { Calendar, Hours, Season, Slot, SpecialDay } from '../routing-calls.ts';
import { problemsOf } from './week.ts';

const emptyWeek: readonly Slot[] = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' }));

/** A calendar while it is being written: may be wrong for a moment, knows whether it is and whether it differs. */
export class HoursDraft {
  name = $state('');
  zone = $state('');
  week = $state.raw<readonly Slot[]>(emptyWeek);
  country = $state('');
  region = $state('');
  worked = $state.raw<readonly string[]>([]);
  seasons = $state.raw<readonly Season[]>([]);
  days = $state.raw<readonly SpecialDay[]>([]);
  #saved = $state('');

  constructor(calendar: Calendar | undefined, zone: string) {
    this.zone = zone;
    if (calendar) this.fill(calendar);
    else this.#saved = this.#written;
  }

  fill({ name, hours }: Pick<Calendar, 'name' | 'hours'>): void {
    this.name = name;
    this.zone = hours.zone;
    this.week = sorted(hours.week ?? []);
    this.country = hours.country ?? '';
    this.region = hours.region ?? '';
    this.worked = hours.worked ?? [];
    this.seasons = hours.seasons ?? [];
    this.days = byDate(hours.days ?? []);
    this.#saved = this.#written;
  }

  /** Puts the slots in the order in which they are sent, so that what is said of the third is shown at the third. */
  settle(): void {
    this.week = sorted(this.week);
  }

  get hours(): Hours {
    return {
      zone: this.zone,
      week: sorted(this.week),
      ...(this.country ? { country: this.country } : {}),
      ...(this.country && this.region ? { region: this.region } : {}),
      ...(this.country && this.worked.length > 0 ? { worked: [...this.worked] } : {}),
      ...(this.seasons.length > 0 ? { seasons: [...this.seasons] } : {}),
      ...(this.days.length > 0 ? { days: [...this.days] } : {}),
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  /** How many things must be corrected before it can be saved. */
  get faults(): number {
    return problemsOf(this.week).filter((one) => one !== undefined).length + (this.name.trim() === '' ? 1 : 0);
  }

  /** Another country has other holidays and other regions. */
  settleIn(country: string): void {
    this.country = country;
    this.region = '';
    this.worked = [];
  }
  work(holiday: string, on: boolean): void {
    const id = base(holiday);
    this.worked = on ? [...new Set([...this.worked, id])] : this.worked.filter((one) => one !== id);
  }
  works(holiday: string): boolean {
    return this.worked.includes(base(holiday));
  }

  keepDay(day: SpecialDay, instead?: SpecialDay): void {
    this.days = byDate([...this.days.filter((one) => one !== instead), day]);
  }
  dropDay(day: SpecialDay): void {
    this.days = this.days.filter((one) => one !== day);
  }
  /** What a file brings takes the place of what files brought before. */
  keepImported(days: readonly SpecialDay[]): void {
    this.days = byDate([
      ...this.days.filter((one) => !one.imported),
      ...days.map((day) => ({ ...day, imported: true })),
    ]);
  }
  keepSeason(season: Season, instead?: Season): void {
    this.seasons = instead ? this.seasons.map((one) => (one === instead ? season : one)) : [...this.seasons, season];
  }
  dropSeason(season: Season): void {
    this.seasons = this.seasons.filter((one) => one !== season);
  }

  get #written(): string {
    return JSON.stringify([this.name.trim(), this.hours]);
  }
}

/** The day on which a holiday is made up for is worked with the holiday itself. */
const base = (holiday: string) => holiday.replace(/_observed$/, '');

function byDate(days: readonly SpecialDay[]): SpecialDay[] {
  return [...days].sort((a, b) => a.from.localeCompare(b.from));
}

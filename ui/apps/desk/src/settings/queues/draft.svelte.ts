import type { Queue, QueueBody } from '../routing-calls.ts';

export const modes = ['pull', 'offer', 'assign'] as const;
export type Mode = (typeof modes)[number];
export interface Skill {
  name: string;
  level: number;
}

export const skillsOf = (all: Readonly<Record<string, number>> | undefined): Skill[] =>
  Object.entries(all ?? {})
    .map(([name, level]) => ({ name, level }))
    .sort((a, b) => a.name.localeCompare(b.name));

/** How one team's conversations are handed out, while it is being written. */
export class QueueDraft {
  mode = $state<Mode>('pull');
  calendarId = $state('');
  ringFor = $state(30);
  skills = $state.raw<readonly Skill[]>([]);
  adviserFor = $state(0);
  lastFor = $state(0);
  relaxAfter = $state(0);
  overflow = $state.raw<readonly { teamId: string; after: number }[]>([]);
  ring = $state.raw<readonly string[]>([]);
  reassignFor = $state(0);
  #saved = $state('');

  constructor(queue: Queue) {
    this.fill(queue);
  }

  fill(queue: Queue): void {
    this.mode = queue.mode;
    this.calendarId = queue.calendarId ?? '';
    this.ringFor = queue.ringFor ?? 30;
    this.skills = skillsOf(queue.skills);
    this.adviserFor = queue.adviserFor ?? 0;
    this.lastFor = queue.lastFor ?? 0;
    this.relaxAfter = queue.relaxAfter ?? 0;
    this.overflow = queue.overflow ?? [];
    this.ring = queue.ring ?? [];
    this.reassignFor = queue.reassignFor ?? 0;
    this.#saved = this.#written;
  }

  get body(): QueueBody {
    return {
      mode: this.mode,
      ...(this.calendarId ? { calendarId: this.calendarId } : {}),
      ringFor: this.ringFor,
      skills: Object.fromEntries(this.skills.map(({ name, level }) => [name, level])),
      adviserFor: this.adviserFor,
      lastFor: this.lastFor,
      relaxAfter: this.relaxAfter,
      overflow: this.overflow.filter(({ teamId }) => teamId !== ''),
      ring: [...this.ring],
      reassignFor: this.reassignFor,
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  get wrongRing(): boolean {
    return !(this.ringFor >= 5 && this.ringFor <= 300);
  }
  /** Waits that are longer than a day are no waits. */
  wrongWait(seconds: number): boolean {
    return !(Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400);
  }
  get faults(): number {
    const waits = [
      this.adviserFor,
      this.lastFor,
      this.relaxAfter,
      this.reassignFor,
      ...this.overflow.map((one) => one.after),
    ];
    return waits.filter((one) => this.wrongWait(one)).length + (this.wrongRing ? 1 : 0);
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

/** How the workspace as a whole shares work out. */
export interface Shares {
  call: number;
  chat: number;
  mail: number;
  finishFor: number;
  vanishedAfter: number;
  calendarId: string;
  /** Codes of countries with blanks between them, as they are written in the field. */
  callCountries: string;
  callsADay: number;
}

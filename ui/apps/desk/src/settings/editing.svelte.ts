import type { Problem } from '@visavis/client';
import { differences, type Difference, type Watched } from './difference.ts';
import type { Outcome } from './outcome.ts';
import type { Room } from './room.svelte.ts';
import type { Say } from './words.ts';

/**
 * One form on one thing: what it was when the form opened, whether it is being saved, why it was refused, and what
 * somebody else changed meanwhile.
 */
export class Editing<T extends { id: string }> {
  #base = $state.raw<T | undefined>(undefined);
  #busy = $state(false);
  #refusal = $state('');
  #fieldFaults = $state.raw<ReadonlyMap<string, string>>(new Map());
  #conflict = $state.raw<readonly Difference[]>([]);
  readonly #watched: () => readonly Watched<T>[];
  readonly #room: Room;
  readonly #t: Say;

  constructor(room: Room, t: Say, base: T | undefined, watched: () => readonly Watched<T>[]) {
    this.#room = room;
    this.#t = t;
    this.#base = base;
    this.#watched = watched;
  }

  /** The thing as this form knows it, with the version to save over. */
  get base(): T | undefined {
    return this.#base;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get refusal(): string {
    return this.#refusal;
  }
  /** What somebody else changed, to be read before saving again. */
  get conflict(): readonly Difference[] {
    return this.#conflict;
  }

  /** What the server said of one field. */
  fault(field: string): string | undefined {
    return this.#fieldFaults.get(field);
  }
  mend(field: string): void {
    if (this.#fieldFaults.has(field))
      this.#fieldFaults = new Map([...this.#fieldFaults].filter(([name]) => name !== field));
    this.#refusal = '';
  }

  /** The thing is now as it is here, and nobody disagrees. */
  rest(base: T | undefined): void {
    this.#base = base;
    this.#conflict = [];
    this.#refusal = '';
    this.#fieldFaults = new Map();
  }

  /**
   * Sends; answers the saved thing, or nothing when it stays to be corrected. `fields` are those that the form shows by their
   * last name; `all` keeps what was said of each place ("week[2].to") and says it above the form too.
   */
  async save(send: () => Promise<Outcome<T>>, fields: readonly string[] | 'all' = []): Promise<T | undefined> {
    if (this.#busy) return undefined;
    this.#busy = true;
    this.#refusal = '';
    const outcome = await send();
    this.#busy = false;
    switch (outcome.kind) {
      case 'saved':
        this.rest(outcome.item);
        return outcome.item;
      case 'changed':
        this.#overtaken(outcome.theirs);
        return undefined;
      case 'gone':
        this.#refusal = this.#t('common.missing');
        return undefined;
      case 'refused': {
        const { problem } = outcome;
        const faults = fields === 'all' ? placed(problem) : named(problem, fields);
        this.#fieldFaults = new Map(faults);
        if (faults.length === 0 || fields === 'all') this.#refusal = this.#room.why(problem);
        return undefined;
      }
    }
  }

  #overtaken(theirs: T): void {
    const before = this.#base;
    this.#base = theirs;
    this.#conflict = before ? differences(before, theirs, this.#watched()) : [];
    if (this.#conflict.length === 0) this.#refusal = this.#t('conflict.title');
  }
}

function named(problem: Problem, fields: readonly string[]): (readonly [string, string])[] {
  return fields.flatMap((name) => {
    const message = problem.field(name);
    return message === undefined ? [] : [[name, message] as const];
  });
}

function placed({ errors }: Problem): (readonly [string, string])[] {
  return errors.flatMap(({ location, message }) =>
    location ? [[location.replace(/^body\./, ''), message] as const] : [],
  );
}

import type { RoutingBody, RoutingSettings, Weights } from '../routing-calls.ts';

export const terms = [
  'criticality',
  'influence',
  'value',
  'mood',
  'dissatisfied',
  'urgency',
  'repeat',
  'deadline',
  'slack',
  'perHour',
] as const;
export type WeightTerm = (typeof terms)[number];
export const profiles = ['balanced', 'urgent', 'loyal', 'public', 'fair', 'own'] as const;
export type ProfileName = (typeof profiles)[number];
export type Level = 1 | 2 | 3 | 4;
export interface Levelled {
  word: string;
  level: Level;
}

/** The ready-made profile with these weights; her own when there is none. */
export function profileOf(weights: Weights, presets: Readonly<Record<string, Weights>>): ProfileName {
  return (
    profiles.find((name) => {
      const preset = presets[name];
      return preset !== undefined && terms.every((term) => preset[term] === weights[term]);
    }) ?? 'own'
  );
}

/** What is left out weighs nothing. */
export const whole = (weights: Weights): Required<Weights> => ({ dissatisfied: 0, urgency: 0, ...weights });

export function wrongWeight(term: WeightTerm, value: number): boolean {
  return !(Number.isInteger(value) && value >= (term === 'perHour' ? 1 : 0) && value <= 100);
}

const levelled = (all: Readonly<Record<string, number>> | undefined): Levelled[] =>
  Object.entries(all ?? {})
    .map(([word, level]) => ({ word, level: levelOf(level) }))
    .sort((a, b) => b.level - a.level || a.word.localeCompare(b.word));
const mapped = (all: readonly Levelled[]) => Object.fromEntries(all.map(({ word, level }) => [word, level]));
export const levelOf = (n: number): Level => (n >= 4 ? 4 : n >= 3 ? 3 : n >= 2 ? 2 : 1);

/** How work is ranked, while it is being written; the rest of the routing settings stays as it was read. */
export class PriorityDraft {
  weights = $state.raw<Required<Weights>>({
    criticality: 0,
    influence: 0,
    value: 0,
    mood: 0,
    dissatisfied: 0,
    urgency: 0,
    repeat: 0,
    deadline: 0,
    slack: 0,
    perHour: 1,
  });
  words = $state.raw<readonly Levelled[]>([]);
  reasons = $state.raw<readonly Levelled[]>([]);
  goal = $state(90);
  #base: RoutingSettings;
  #saved = $state('');

  constructor(settings: RoutingSettings) {
    this.#base = settings;
    this.fill(settings);
  }

  fill(settings: RoutingSettings): void {
    this.#base = settings;
    this.weights = whole(settings.weights);
    this.words = levelled(settings.words);
    this.reasons = levelled(settings.reasons);
    this.goal = settings.goal;
    this.#saved = this.#written;
  }
  weigh(term: WeightTerm, value: number): void {
    this.weights = { ...this.weights, [term]: value };
  }

  get profile(): ProfileName {
    return profileOf(this.weights, this.#base.presets);
  }
  get body(): RoutingBody {
    const { capacity, calendarId, finishFor, vanishedAfter } = this.#base;
    return {
      profile: this.profile,
      weights: this.weights,
      capacity,
      ...(calendarId ? { calendarId } : {}),
      finishFor,
      vanishedAfter,
      words: mapped(this.words),
      reasons: mapped(this.reasons),
      goal: this.goal,
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  get wrongGoal(): boolean {
    return !(Number.isInteger(this.goal) && this.goal >= 1 && this.goal <= 100);
  }
  get faults(): number {
    return terms.filter((term) => wrongWeight(term, this.weights[term])).length + (this.wrongGoal ? 1 : 0);
  }

  get #written(): string {
    return JSON.stringify([this.weights, mapped(this.words), mapped(this.reasons), this.goal]);
  }
}

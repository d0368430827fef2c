import type { VisitorConversation, VisitorMessage } from '@visavis/client/types.ts';
import { words, type MatterKey } from './matter-words';
import { whole, type Voice } from './voice.svelte';

type Owed = NonNullable<VisitorConversation['promise']>;
type Queue = NonNullable<VisitorConversation['queue']>;
export type Step = NonNullable<VisitorConversation['steps']>[number];
type Say = (key: MatterKey, params?: Readonly<Record<string, string | number>>) => string;

/** A sentence about a promise. Its tone is drawn as a shape and said in the words, never by colour alone. */
export interface Told {
  tone: 'owed' | 'late' | 'kept';
  text: string;
}

/** A step as it is shown: the words, and below them who, how far, and by when. */
export interface Shown {
  step: Step;
  title: string;
  second: string;
}

/**
 * How long a running promise may be past its hour before we say ourselves that we are late: the server's word is on its way,
 * unless the line is cut.
 */
const grace = 15_000;

/** What is owed is an answer, by a person, in words. */
export const isAnswer = (owed: Owed | undefined): boolean => owed?.kind === 'first' || owed?.kind === 'next';

/**
 * Words a matter for its customer, in her language and on her clock. Everything comes from what the server says of it; where
 * it says nothing, nothing is said.
 */
export class Wording {
  readonly #voice: Voice;
  readonly #say: Say;

  constructor(voice: Voice) {
    this.#voice = voice;
    this.#say = voice.of(words);
  }

  get say(): Say {
    return this.#say;
  }

  /** What is promised next; or, with what was promised last, whether its answer came in time. */
  promise(
    conversation: VisitorConversation,
    last: Owed | undefined,
    answer: string | undefined,
    now: number,
  ): Told | undefined {
    const owed = conversation.promise;
    const running = owed && owed.state !== 'paused' && (isAnswer(owed) || owed.kind === 'resolve') ? owed : undefined;
    if (running && (isAnswer(running) || this.late(running, now) || !last || !answer)) return this.#owed(running, now);
    if (!last || !answer || isAnswer(owed)) return undefined;
    const by = this.#voice.by(last.dueAt);
    const late = Date.parse(answer) > Date.parse(whole(last.dueAt));
    return {
      tone: late ? 'late' : 'kept',
      text: this.#say(late ? 'overdue' : 'kept', { by, at: this.#voice.clock(answer) }),
    };
  }

  #owed(owed: Owed, now: number): Told {
    const by = this.#voice.by(owed.dueAt);
    const answer = isAnswer(owed);
    if (this.late(owed, now)) return { tone: 'late', text: this.#say(answer ? 'late' : 'late.resolve', { by }) };
    if (!answer) return { tone: 'owed', text: this.#say('resolve', { by }) };
    const today = this.#voice.ahead(owed.madeAt) === 0;
    const at = today ? this.#voice.clock(owed.madeAt) : this.#voice.moment(owed.madeAt);
    return { tone: 'owed', text: this.#say(today ? 'answer' : 'answer.on', { at, by }) };
  }

  /** Late is late by the minute that was said, and not a second before it is over. */
  late(owed: Owed, now: number): boolean {
    return now >= Date.parse(whole(owed.dueAt)) && (owed.state === 'missed' || now > Date.parse(owed.dueAt) + grace);
  }

  /** Her place, and the wait with its spread where one is known. */
  queue({ place, lowFor, highFor }: Queue): string {
    const where =
      place === 1 ? this.#say('place.next') : this.#say('place', { place: ordinal(place, this.#voice.locale) });
    if (highFor === undefined) return where;
    const high = this.#voice.span(highFor);
    const low = this.#voice.span(lowFor ?? 0);
    if (!lowFor) return `${where} ${this.#say('wait.under', { high })}`;
    if (low === high) return `${where} ${this.#say('wait.one', { high })}`;
    // "4 à 7 min": the unit is said once where it is the same.
    const [number = '', unit] = low.split('\u202f');
    return `${where} ${this.#say('wait', { low: high.endsWith(unit ?? '') ? number : low, high })}`;
  }

  /** The call that was promised: at the time she chose, or when her turn comes. */
  call({ callback, promise, steps = [] }: VisitorConversation, now: number): Told | undefined {
    if (callback?.state !== 'asked') return undefined;
    const { phone, at } = callback;
    const due = promise?.kind === 'callback' ? promise : undefined;
    const expected = steps.filter((step) => step.kind === 'callback').at(-1)?.expectedAt ?? due?.dueAt;
    const chosen = expected === at;
    const by = expected ? this.#voice.by(expected) : '';
    if (due && this.late(due, now)) return { tone: 'late', text: this.#say('call.late', { phone, by }) };
    if (chosen) return { tone: 'owed', text: this.#say('call.at', { phone, when: this.at(at) }) };
    return { tone: 'owed', text: this.#say(by ? 'call.turn' : 'call.soon', { phone, by }) };
  }

  /** "à 10 h 40", "demain à 10 h 40" */
  at(at: string): string {
    return this.#voice.ahead(at) === 0 ? this.#say('today', { time: this.#voice.clock(at) }) : this.#voice.moment(at);
  }

  /** The steps that say more than the sentences above them do. */
  steps(conversation: VisitorConversation, told: readonly (Told | undefined)[], now: number): Shown[] {
    const late = told.some((one) => one?.tone === 'late');
    const steps = (conversation.steps ?? []).filter(
      ({ kind, state }) =>
        !(kind === 'late' && state !== 'done' && late) &&
        !(kind === 'callback' && state !== 'done' && conversation.callback?.state === 'asked'),
    );
    const worth = steps.some((step) => step.kind !== 'received') || !told[0];
    return worth ? steps.map((step) => this.step(step, now)) : [];
  }

  step(step: Step, now: number): Shown {
    const { state, expectedAt, by } = step;
    const second: string[] = [];
    if (step.kind === 'custom' && by) second.push(by.firstName);
    if (state === 'done') second.push(this.#voice.when(step.at));
    else {
      second.push(this.#say(state));
      if (expectedAt) {
        const passed = now > Date.parse(whole(expectedAt));
        second.push(this.#say(passed ? 'passed' : 'expected', { by: this.#voice.by(expectedAt) }));
      }
    }
    return { step, title: this.#title(step), second: second.join(', ') };
  }

  #title({ kind, text, state, by }: Step): string {
    const name = by?.firstName ?? '';
    switch (kind) {
      case 'custom':
        return text;
      case 'taken':
      case 'handed_over':
        return name ? this.#say(kind, { name }) : this.#say(`${kind}.someone`);
      case 'late':
        return this.#say(state === 'done' ? 'late.done' : 'late.step');
      case 'callback':
        return this.#say(state === 'done' ? 'callback.done' : 'callback');
      case 'received':
      case 'resolved':
        return this.#say(kind);
    }
  }
}

/** What was written by a person after a promise was made, first. */
export function answered(owed: Owed | undefined, messages: readonly VisitorMessage[]): string | undefined {
  if (!owed) return undefined;
  return messages.find(({ author, line, createdAt }) => author.kind === 'member' && !line && createdAt > owed.madeAt)
    ?.createdAt;
}

/** The one step to show of a long list: the newest under way, else the next to come, else the last done. */
export function newest(steps: readonly Shown[]): Shown | undefined {
  return (
    steps.filter(({ step }) => step.state === 'underway').at(-1) ??
    steps.find(({ step }) => step.state === 'planned') ??
    steps.at(-1)
  );
}

/** "3ᵉ", "3rd" */
export function ordinal(n: number, locale: 'fr' | 'en'): string {
  if (locale === 'fr') return n === 1 ? '1ʳᵉ' : `${n}ᵉ`;
  const ends = { one: 'st', two: 'nd', few: 'rd', other: 'th', many: 'th', zero: 'th' };
  return `${n}${ends[new Intl.PluralRules('en', { type: 'ordinal' }).select(n)]}`;
}

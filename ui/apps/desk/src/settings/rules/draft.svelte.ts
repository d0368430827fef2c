import type { Action, Condition, Rule, RuleBody, Trigger } from '../routing-calls.ts';
import { actionKind, alone, bounds, kindOf, listed } from './kinds.ts';

export const triggers: readonly Trigger[] = [
  'started',
  'received',
  'sent',
  'assigned',
  'resolved',
  'reopened',
  'classified',
  'warned',
  'missed',
];

/** Whether a condition can be asked. */
export function wholeCondition({ field, is, value = '' }: Condition): boolean {
  if (alone(is)) return true;
  if (kindOf(field) === 'number') return /^\s*-?\d+\s*$/.test(value);
  return listed(value).length > 0;
}

/** Whether an action can be done. */
export function wholeAction({ do: what, value = '' }: Action): boolean {
  const kind = actionKind(what);
  if (kind === 'none' || kind === 'anyTeam') return true;
  if (kind !== 'number') return value.trim() !== '';
  const [least, most] = bounds[what] ?? [-Infinity, Infinity];
  return /^\s*-?\d+\s*$/.test(value) && Number(value) >= least && Number(value) <= most;
}

/** A rule while it is being written. */
export class RuleDraft {
  name = $state('');
  when = $state.raw<readonly Trigger[]>(['received']);
  any = $state(false);
  conditions = $state.raw<readonly Condition[]>([]);
  actions = $state.raw<readonly Action[]>([]);
  stop = $state(false);
  disabled = $state(false);
  #saved = $state('');

  constructor(rule: Rule | undefined) {
    if (rule) this.fill(rule);
    else {
      this.conditions = [{ field: 'text', is: 'contains', value: '' }];
      this.actions = [{ do: 'assignTeam', value: '' }];
      this.#saved = this.#written;
    }
  }

  fill(rule: Rule): void {
    this.name = rule.name;
    this.when = rule.when;
    this.any = rule.any ?? false;
    this.conditions = rule.if ?? [];
    this.actions = rule.then;
    this.stop = rule.stop ?? false;
    this.disabled = rule.disabled ?? false;
    this.#saved = this.#written;
  }

  setWhen(trigger: Trigger, on: boolean): void {
    const all = on ? [...this.when, trigger] : this.when.filter((one) => one !== trigger);
    this.when = triggers.filter((one) => all.includes(one));
  }
  setCondition(at: number, next: Condition): void {
    this.conditions = this.conditions.map((one, index) => (index === at ? next : one));
  }
  dropCondition(at: number): void {
    this.conditions = this.conditions.filter((_, index) => index !== at);
  }
  setAction(at: number, next: Action): void {
    this.actions = this.actions.map((one, index) => (index === at ? next : one));
  }
  dropAction(at: number): void {
    this.actions = this.actions.filter((_, index) => index !== at);
  }

  get body(): RuleBody {
    return {
      name: this.name.trim(),
      when: [...this.when],
      any: this.any,
      if: this.conditions.map(({ field, is, value }) => (alone(is) || !value ? { field, is } : { field, is, value })),
      then: this.actions.map(({ do: what, value }) =>
        actionKind(what) === 'none' || !value ? { do: what } : { do: what, value },
      ),
      stop: this.stop,
      disabled: this.disabled,
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  /** Whether it says enough to be tried, with or without a name. */
  get complete(): boolean {
    return (
      this.when.length > 0 &&
      this.actions.length > 0 &&
      this.conditions.every(wholeCondition) &&
      this.actions.every(wholeAction)
    );
  }
  /** How many things must be corrected before it can be saved. */
  get faults(): number {
    return (
      [this.name.trim() === '', this.when.length === 0, this.actions.length === 0].filter(Boolean).length +
      this.conditions.filter((one) => !wholeCondition(one)).length +
      this.actions.filter((one) => !wholeAction(one)).length
    );
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

import type { Escalation, Policy, PolicyBody, Scope, TermKind, Terms } from '../routing-calls.ts';
import { draftOf, termKinds, termOf, wrongTerm, type TermDraft } from './terms.ts';

type Drafts = Record<TermKind, TermDraft>;
const drafts = (terms: Terms): Drafts => ({
  acknowledge: draftOf('acknowledge', terms.acknowledge),
  first: draftOf('first', terms.first),
  next: draftOf('next', terms.next),
  resolve: draftOf('resolve', terms.resolve),
});

/** A policy while it is being written. */
export class PolicyDraft {
  name = $state('');
  disabled = $state(false);
  kinds = $state.raw<readonly string[]>([]);
  channelIds = $state.raw<readonly string[]>([]);
  teamIds = $state.raw<readonly string[]>([]);
  segments = $state.raw<readonly string[]>([]);
  reasons = $state.raw<readonly string[]>([]);
  minCriticality = $state(0);
  terms = $state.raw<Drafts>({ ...drafts({}), first: { ...draftOf('first', undefined), mode: 'open' } });
  calendarId = $state('');
  escalations = $state.raw<readonly Escalation[]>([]);
  /** 0 is no warning. */
  warnFirst = $state(75);
  warnSecond = $state(90);
  #saved = $state('');

  constructor(policy: Policy | undefined) {
    if (policy) this.fill(policy);
    else this.#saved = this.#written;
  }

  fill(policy: Policy): void {
    this.name = policy.name;
    this.disabled = policy.disabled;
    this.kinds = policy.when.kinds ?? [];
    this.channelIds = policy.when.channelIds ?? [];
    this.teamIds = policy.when.teamIds ?? [];
    this.segments = policy.when.segments ?? [];
    this.reasons = policy.when.reasons ?? [];
    this.minCriticality = policy.when.minCriticality ?? 0;
    this.terms = drafts(policy.terms);
    this.calendarId = policy.calendarId ?? '';
    this.escalations = policy.escalations;
    const [first = 75, second = policy.warnAt.length === 1 ? 0 : 90] = policy.warnAt;
    this.warnFirst = first;
    this.warnSecond = second;
    this.#saved = this.#written;
  }

  setTerm(kind: TermKind, change: Partial<TermDraft>): void {
    this.terms = { ...this.terms, [kind]: { ...this.terms[kind], ...change } };
  }

  get warnAt(): number[] {
    return [this.warnFirst, this.warnSecond].filter((percent) => percent > 0).sort((a, b) => a - b);
  }
  get when(): Scope {
    return {
      kinds: [...this.kinds],
      channelIds: [...this.channelIds],
      teamIds: [...this.teamIds],
      segments: [...this.segments],
      reasons: [...this.reasons],
      minCriticality: this.minCriticality,
    };
  }
  get promised(): Terms {
    const out: Terms = {};
    for (const kind of termKinds) {
      const term = termOf(this.terms[kind]);
      if (term) out[kind] = term;
    }
    return out;
  }
  get body(): PolicyBody {
    return {
      name: this.name.trim(),
      disabled: this.disabled,
      when: this.when,
      terms: this.promised,
      ...(this.calendarId ? { calendarId: this.calendarId } : {}),
      escalations: this.escalations.map(cleaned),
      warnAt: this.warnAt,
    };
  }

  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  get wrongWarnings(): boolean {
    const bad = (n: number) => !(Number.isInteger(n) && n >= 0 && n <= 99);
    return bad(this.warnFirst) || bad(this.warnSecond) || (this.warnFirst > 0 && this.warnFirst === this.warnSecond);
  }
  wrong(kind: TermKind): boolean {
    return wrongTerm(this.terms[kind]);
  }
  /** A policy that promises nothing is no promise. */
  get empty(): boolean {
    return termKinds.every((kind) => this.terms[kind].mode === 'none');
  }
  /** How many things must be corrected before it can be saved. */
  get faults(): number {
    return [
      this.name.trim() === '',
      this.empty,
      this.wrongWarnings,
      ...termKinds.map((kind) => this.wrong(kind)),
    ].filter(Boolean).length;
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

/** Only a notice has somebody to go to, only handing over names a team. */
export function cleaned({ at, do: what, to, teamId }: Escalation): Escalation {
  if (what === 'notify') return { at, do: what, to: to || 'owner' };
  if (what === 'reassign' && teamId) return { at, do: what, teamId };
  return { at, do: what };
}

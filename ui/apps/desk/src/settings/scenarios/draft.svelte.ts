import type { Scenario, ScenarioBody } from '@visavis/client';

export const kinds = ['holding', 'solved', 'banner'] as const;
const nothing = () => ({ fr: '', en: '' });

/** A step while it is written; `whose` is "member …", "team …", or nothing for the person in the middle. */
export interface StepLine {
  id: string;
  text: string;
  whose: string;
}
export const blank = (): StepLine => ({ id: crypto.randomUUID(), text: '', whose: '' });

/** A scenario while it is written: who is to be called is a line each. */
export class ScenarioDraft {
  name = $state('');
  reasons = $state.raw<string[]>([]);
  steps = $state.raw<readonly StepLine[]>([]);
  ownerIds = $state.raw<string[]>([]);
  leadId = $state('');
  calls = $state('');
  texts = $state({ holding: nothing(), solved: nothing(), banner: nothing() });
  #saved = $state('');

  constructor(scenario: Scenario | undefined) {
    if (scenario) this.fill(scenario);
    else this.#saved = this.#written;
  }

  fill({ name, reasons = [], steps = [], ownerIds = [], leadId = '', calls = [], texts = {} }: Scenario): void {
    this.name = name;
    this.reasons = reasons;
    this.steps = steps.map(({ text, ownerId, teamId }) => ({
      ...blank(),
      text,
      whose: ownerId ? `member ${ownerId}` : teamId ? `team ${teamId}` : '',
    }));
    this.ownerIds = ownerIds;
    this.leadId = leadId;
    this.calls = calls.map((call) => `${call.name}, ${call.phone}`).join('\n');
    for (const kind of kinds) this.texts[kind] = { ...nothing(), ...texts[kind] };
    this.#saved = this.#written;
  }

  get body(): ScenarioBody {
    const { holding, solved, banner } = this.texts;
    return {
      name: this.name.trim(),
      reasons: this.reasons,
      steps: this.steps.filter(({ text }) => text.trim()).map(readStep),
      ownerIds: this.ownerIds,
      // Who leads is one of them.
      leadId: this.ownerIds.includes(this.leadId) ? this.leadId : '',
      calls: lines(this.calls).map(readCall),
      texts: { holding, solved, banner },
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  /** A line of those to be called that has no name or no number. */
  get wrongCall(): boolean {
    return lines(this.calls)
      .map(readCall)
      .some(({ name, phone }) => !name || !phone);
  }
  get faults(): number {
    return Number(this.body.name === '') + Number(this.wrongCall);
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

function readStep({ text, whose }: StepLine): NonNullable<ScenarioBody['steps']>[number] {
  const [kind, id = ''] = whose.split(' ');
  return { text: text.trim(), ...(kind === 'member' ? { ownerId: id } : kind === 'team' ? { teamId: id } : {}) };
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** "Hébergeur, de nuit, +33 1 99 00 12 34": the number is what follows the last comma. */
export function readCall(line: string): { name: string; phone: string } {
  const at = line.lastIndexOf(',');
  return { name: line.slice(0, Math.max(0, at)).trim(), phone: at < 0 ? '' : line.slice(at + 1).trim() };
}

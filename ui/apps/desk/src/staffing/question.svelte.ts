import type { Question } from './plan.ts';

/** One number of the form: what is written, and what it must be. */
interface Limits {
  from: number;
  to: number;
}
const limits = {
  within: { from: 1, to: 86_400 },
  share: { from: 1, to: 99.9 },
  handle: { from: 0.1, to: 480 },
  patience: { from: 0, to: 1440 },
} as const satisfies Record<string, Limits>;

export type Numbered = keyof typeof limits;

/** What she asks, as she writes it. */
export class Ask {
  day = $state('');
  teamId = $state('');
  work = $state<'call' | 'chat'>('call');
  written = $state<Record<Numbered, string>>({ within: '15', share: '95', handle: '6', patience: '2' });
  ill = $state(0);

  constructor(day: string) {
    this.day = day;
  }

  #read(name: Numbered): number | undefined {
    const text = this.written[name].trim().replace(',', '.');
    const n = Number(text);
    const { from, to } = limits[name];
    return text !== '' && n >= from && n <= to ? n : undefined;
  }

  /** The limits of a number that she wrote wrongly. */
  wrong(name: Numbered): Limits | undefined {
    return this.#read(name) === undefined ? limits[name] : undefined;
  }

  /** The question as the server takes it; undefined while something is wrong. */
  get question(): Question | undefined {
    const within = this.#read('within');
    const share = this.#read('share');
    const handle = this.#read('handle');
    const patience = this.#read('patience');
    if (within === undefined || share === undefined || handle === undefined || patience === undefined) return undefined;
    return {
      day: this.day,
      ...(this.teamId === '' ? {} : { teamId: this.teamId }),
      target: { within: Math.round(within), share },
      handleFor: Math.round(handle * 60),
      patience: Math.round(patience * 60),
      work: this.work,
      ill: this.ill,
    };
  }
}

import type { Step } from '@visavis/client';
import type { StepView } from '@visavis/kit';
import type { People } from '../state/people.svelte.ts';
import type { PromiseVoice } from './words.ts';

/** A step in the reader's words: an agent's own, or what the system did. */
export function stepTitle({ kind, text }: Pick<Step, 'kind' | 'text'>, { t }: PromiseVoice): string {
  return kind === 'custom' ? text : t(`steps.kind.${kind}`);
}

/** The line under it: who and when once it is done, until when before. */
export function stepView(step: Step, people: People, voice: PromiseVoice): StepView {
  const { t, when, until } = voice;
  const said = t(`steps.s.${step.state}`);
  const member = people.member(step.memberId);
  const name = member ? member.firstName || member.name : '';
  const past = step.expectedAt !== undefined && Date.parse(step.expectedAt) < voice.now;
  const second =
    step.state === 'done'
      ? name
        ? t('steps.by', { name, time: when(step.changedAt) })
        : when(step.changedAt)
      : step.expectedAt
        ? t(past ? 'steps.was' : 'steps.before', { at: until(step.expectedAt) })
        : said;
  return { id: step.id, title: stepTitle(step, voice), second, state: step.state, said };
}

/** How many stand side by side before the finished ones fold together. */
export const stepsShown = 4;

/** The steps to draw, and how many finished ones are folded into one. */
export function folded(steps: readonly Step[], open: boolean): { shown: readonly Step[]; hidden: number } {
  const spare = steps.length - stepsShown;
  if (open || spare <= 0) return { shown: steps, hidden: 0 };
  // Only what is finished, from the oldest on, and never the last of it.
  let hidden = 0;
  while (hidden < spare && steps[hidden]?.state === 'done') hidden += 1;
  return hidden > 0 ? { shown: steps.slice(hidden), hidden } : { shown: steps, hidden: 0 };
}

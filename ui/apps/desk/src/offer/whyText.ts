import type { PromiseVoice } from '../promise/words.ts';

const known = ['adviser', 'last', 'skills', 'language', 'free', 'overflow'] as const;

/** Why she of all people, in words; a reason this desk has no word for is left out. */
export function whyText(why: readonly string[], { t }: PromiseVoice): string {
  return known
    .filter((reason) => why.includes(reason))
    .map((reason) => t(`offer.w.${reason}`))
    .join(', ');
}

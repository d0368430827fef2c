import type { ReadingFilter } from './filter.ts';
import type { ReasonTree } from './tree.ts';
import type { ReadingVoice } from './words.ts';

export interface Chosen {
  name: keyof ReadingFilter;
  label: string;
}

/** What is chosen of a list, in words. */
export function chosenOf(filter: ReadingFilter | undefined, tree: ReasonTree, { t, locale }: ReadingVoice): Chosen[] {
  const { reason, mood, dissatisfied, urgency } = filter ?? {};
  const out: Chosen[] = [];
  if (reason) out.push({ name: 'reason', label: reason === 'none' ? t('filter.tosort') : tree.nameOf(reason, locale) });
  if (mood) out.push({ name: 'mood', label: t(`mood.${mood}`) });
  if (dissatisfied) out.push({ name: 'dissatisfied', label: t('dissatisfied.yes') });
  if (urgency) out.push({ name: 'urgency', label: t(`urgency.${urgency}`) });
  return out;
}

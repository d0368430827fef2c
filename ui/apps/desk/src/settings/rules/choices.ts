import type { Locale } from '@visavis/client';
import type { ReasonTree } from '../../reading/tree.ts';
import type { RuleField } from '../routing-calls.ts';
import type { NamedWebhook } from './reading.ts';

/** What a rule may be made of. */
export interface Choices {
  fields: readonly RuleField[];
  actions: readonly string[];
  webhooks: readonly NamedWebhook[];
}

/** The reasons to pick from; those in use that are given no more stay among them. */
export function reasonOptions(tree: ReasonTree, locale: Locale, used: readonly string[]) {
  const keys = new Set([...tree.live.map(({ key }) => key), ...used.filter(Boolean)]);
  return [...keys].map((value) => ({ value, label: tree.nameOf(value, locale) }));
}

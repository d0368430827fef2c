import type { RuleField } from '../routing-calls.ts';
import type { NamedWebhook } from './reading.ts';

/** What a rule may be made of. */
export interface Choices {
  fields: readonly RuleField[];
  actions: readonly string[];
  reasons: readonly string[];
  webhooks: readonly NamedWebhook[];
}

import { I18n } from '@visavis/kit';
import { expect, test } from 'vitest';
import { routingEn } from '../../strings/routing.en.ts';
import { routingFr } from '../../strings/routing.fr.ts';
import type { Condition, RuleBody } from '../routing-calls.ts';
import { RuleDraft, wholeAction, wholeCondition } from './draft.svelte.ts';
import { sortedFields } from './kinds.ts';
import { actionText, conditionText, ruleText, type Reading } from './wording.ts';

const reading = (locale: 'fr' | 'en'): Reading => ({
  t: new I18n({ fr: routingFr, en: routingEn }, locale).t,
  locale,
  team: (id) => `T${id}`,
  channel: (id) => `C${id}`,
  member: (id) => `M${id}`,
  webhook: (id) => `W${id}`,
  reason: (key) => `R${key}`,
});
const rule: RuleBody = {
  name: 'x',
  when: ['received', 'reopened'],
  if: [
    { field: 'text', is: 'contains', value: 'remboursement' },
    { field: 'criticality', is: 'atLeast', value: '2' },
  ],
  then: [{ do: 'assignTeam', value: '1' }, { do: 'raise' }],
};

test('a rule is a sentence in both languages', () => {
  expect(ruleText(rule, reading('fr'))).toBe(
    'Quand un client écrit ou une conversation est rouverte, si le texte contient «\u202fremboursement\u202f» et la gravité est d’au moins 2, alors confier à l’équipe T1 et relever la gravité d’un cran.',
  );
  expect(ruleText({ ...rule, any: true }, reading('en'))).toBe(
    'When a customer writes or a conversation is reopened, if the text contains “remboursement” or the criticality is at least 2, then hand over to team T1 and raise the criticality by one.',
  );
});

test('a rule without conditions says nothing of them', () => {
  expect(ruleText({ when: ['missed'], then: [{ do: 'notifySupervisors' }] }, reading('en'))).toBe(
    'When a promise is missed, then tell the supervisors.',
  );
});

test.each<[Condition, string]>([
  [{ field: 'open', is: 'is', value: 'false' }, 'it is closed'],
  [{ field: 'team', is: 'isNotSet' }, 'the team is not set'],
  [{ field: 'channelKind', is: 'oneOf', value: 'webchat, email' }, 'the kind of channel is one of Chat or E-mail'],
  [{ field: 'assignee', is: 'is', value: '7' }, 'the owner is M7'],
  [{ field: 'reason', is: 'oneOf', value: 'a, b/c' }, 'the reason is one of “Ra” or “Rb/c”'],
  [{ field: 'dissatisfied', is: 'is', value: 'true' }, 'the customer sounds dissatisfied'],
  [{ field: 'urgency', is: 'is', value: 'now' }, 'the urgency is at once'],
  [{ field: 'moon', is: 'is', value: 'full' }, 'moon is “full”'],
])('%o is said', (condition, text) => {
  expect(conditionText(condition, reading('en'))).toBe(text);
});

test('an action without a team says which', () => {
  expect(actionText({ do: 'assignTeam' }, reading('en'))).toBe('take it out of every team');
  expect(actionText({ do: 'fly', value: '9' }, reading('en'))).toBe('something this screen does not know');
});

test('what lacks its value is not whole', () => {
  expect(wholeCondition({ field: 'text', is: 'contains', value: ' ' })).toBe(false);
  expect(wholeCondition({ field: 'text', is: 'isSet' })).toBe(true);
  expect(wholeCondition({ field: 'mood', is: 'atMost', value: '-20' })).toBe(true);
  expect(wholeAction({ do: 'setMood', value: '-200' })).toBe(false);
  expect(wholeAction({ do: 'note', value: '' })).toBe(false);
  expect(wholeAction({ do: 'raise' })).toBe(true);
});

test('a new rule can be tried before it has a name', () => {
  const draft = new RuleDraft(undefined);
  draft.setCondition(0, { field: 'text', is: 'contains', value: 'frein' });
  expect(draft.complete).toBe(true);
  expect(draft.faults).toBe(1);
});

test('fields come in the order people think of them, new ones last', () => {
  const fields = ['zebra', 'verified', 'text'].map((name) => ({ name, operators: [] }));
  expect(sortedFields(fields).map(({ name }) => name)).toEqual(['text', 'verified', 'zebra']);
});

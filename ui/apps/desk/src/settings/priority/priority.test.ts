import { expect, test } from 'vitest';
import type { RoutingSettings, Weights } from '../routing-calls.ts';
import { levelOf, PriorityDraft, profileOf, wrongWeight } from './draft.svelte.ts';
import { gain, telling } from './moves.ts';

const fair: Weights = {
  criticality: 20,
  influence: 2,
  value: 2,
  mood: 2,
  dissatisfied: 10,
  urgency: 10,
  repeat: 4,
  deadline: 5,
  slack: 10,
  perHour: 30,
};
const settings: RoutingSettings = {
  profile: 'fair',
  weights: fair,
  presets: { fair },
  capacity: { call: 1, chat: 3, mail: 10 },
  finishFor: 15,
  vanishedAfter: 60,
  goal: 90,
  words: { incendie: 4, urgent: 2 },
  version: 2,
};
const placed = (from: number, to: number) => ({
  conversationId: `${from}`,
  customerName: '',
  subject: '',
  from,
  to,
  before: 0,
  after: 0,
});

test('weights are a profile as long as none differs', () => {
  expect(profileOf(fair, { fair })).toBe('fair');
  expect(profileOf({ ...fair, perHour: 31 }, { fair })).toBe('own');
});

test('moving up gains places', () => {
  expect(gain({ from: 5, to: 2 })).toBe(3);
  expect(gain({ from: 2, to: 5 })).toBe(-3);
});

test('of a long queue the head is told, and who moves', () => {
  const items = [1, 2, 3, 4, 5].map((n) => placed(n, n)).concat([placed(7, 6), placed(6, 7)]);
  expect(telling(items, 4).map(({ from }) => from)).toEqual([1, 2, 7, 6]);
  expect(telling(items, 10)).toHaveLength(7);
});

test.each([
  ['perHour', 0, true],
  ['perHour', 1, false],
  ['mood', 0, false],
  ['mood', 101, true],
  ['mood', 1.5, true],
] as const)('%s at %d is wrong: %s', (term, value, wrong) => {
  expect(wrongWeight(term, value)).toBe(wrong);
});

test('what is not about priority is sent back as it was read', () => {
  const draft = new PriorityDraft(settings);
  expect(draft.changed).toBe(false);
  draft.weigh('mood', 40);
  expect(draft.profile).toBe('own');
  expect(draft.body).toMatchObject({ finishFor: 15, vanishedAfter: 60, capacity: settings.capacity });
  expect(draft.words[0]).toEqual({ word: 'incendie', level: 4 });
  expect(levelOf(7)).toBe(4);
});

import { beforeEach, expect, test } from 'vitest';
import type { KeptEngine } from './calls.ts';
import { EngineDraft } from './draft.svelte.ts';

const none: KeptEngine = {
  id: 'engine',
  on: false,
  url: '',
  model: '',
  hasKey: false,
  which: 'abstained',
  monthlyCalls: 5000,
  monthlyTokens: 5_000_000,
  use: { month: '2026-11', calls: 0, tokens: 0, answered: 0, abstained: 0, failed: 0 },
  state: 'off',
  version: 0,
};
const chosen: KeptEngine = {
  ...none,
  on: true,
  url: 'https://api.example.org/v1',
  model: 'small',
  hasKey: true,
  consent: { memberId: '0199', name: 'Léa', at: '2026-11-30T08:00:00Z', terms: 1 },
};
let draft: EngineDraft;
beforeEach(() => (draft = new EngineDraft(chosen)));

test('nothing is missing while it is off; on, everything is', () => {
  draft = new EngineDraft(none);
  expect([draft.changed, draft.faults]).toEqual([false, 0]);
  draft.on = true;
  expect(draft.missing).toEqual({ url: true, model: true, tokens: false, accept: true });
});

test('what was accepted holds for that address and model only', () => {
  expect([draft.unaccepted, draft.moved, draft.host]).toEqual([false, false, 'api.example.org']);
  draft.url = 'https://api.example.org/v1/';
  expect([draft.changed, draft.moved]).toEqual([false, false]);
  draft.model = 'large';
  expect([draft.unaccepted, draft.moved, draft.faults]).toEqual([true, false, 1]);
  draft.accept = ' Léa ';
  expect([draft.faults, draft.body.accept]).toEqual([0, 'Léa']);
  draft.url = 'https://other.example';
  expect(draft.moved).toBe(true);
});

test('a key is sent only when one was typed', () => {
  expect(draft.body).not.toHaveProperty('key');
  draft.key = 'sk-1';
  expect([draft.body.key, draft.changed]).toEqual(['sk-1', true]);
});

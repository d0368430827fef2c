import { expect, test } from 'vitest';
import { readCall, ScenarioDraft } from './draft.svelte.ts';

test.each([
  ['Hébergeur, +33 1 99 00 12 34', { name: 'Hébergeur', phone: '+33 1 99 00 12 34' }],
  ['Hébergeur, de nuit, 3631', { name: 'Hébergeur, de nuit', phone: '3631' }],
  ['3631', { name: '', phone: '' }],
])('whom "%s" calls', (line, call) => {
  expect(readCall(line)).toEqual(call);
});

test('who leads is one of those who are called in', () => {
  const draft = new ScenarioDraft(undefined);
  draft.ownerIds = ['lea'];
  draft.leadId = 'sam';
  expect(draft.body.leadId).toBe('');
  draft.ownerIds = ['lea', 'sam'];
  expect(draft.body.leadId).toBe('sam');
});

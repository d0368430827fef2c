import { expect, test } from 'vitest';
import { blank, readCall, ScenarioDraft } from './draft.svelte.ts';

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

test('a step is a member’s, a team’s, or of neither, and an empty one is none', () => {
  const steps = [{ text: 'Appeler', ownerId: 'lea' }, { text: 'Prévenir', teamId: 'shops' }, { text: 'Décider' }];
  const draft = new ScenarioDraft({ id: 's', name: 'Panne', steps, version: 1, createdAt: '' });
  expect(draft.changed).toBe(false);
  draft.steps = [...draft.steps, blank()];
  expect(draft.body.steps).toEqual(steps);
  expect(draft.changed).toBe(false);
});

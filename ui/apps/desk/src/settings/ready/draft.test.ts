import { expect, test } from 'vitest';
import type { ReadyAnswer } from '../../ready/calls.ts';
import { longestText, ReadyDraft, wantedOf } from './draft.svelte.ts';

const late: ReadyAnswer = {
  id: '1',
  name: 'Late parcel',
  shortcut: 'late-parcel',
  subject: {},
  text: { fr: 'Votre colis arrive.' },
  version: 3,
  createdAt: '2026-11-29T09:00:00.000Z',
};

test('an answer as it was saved has nothing to save and nothing to correct', () => {
  const draft = new ReadyDraft(late);
  expect([draft.changed, draft.faults]).toEqual([false, 0]);
  draft.text = { ...draft.text, en: '  ' };
  expect(draft.changed).toBe(false);
});

test('a new answer needs a name and words in one language', () => {
  const draft = new ReadyDraft(undefined);
  expect(draft.faults).toBe(2);
  draft.name = 'Late parcel';
  draft.text = { en: 'Your parcel is on its way.' };
  expect(draft.faults).toBe(0);
  expect(draft.body).toEqual({
    name: 'Late parcel',
    shortcut: '',
    teamId: null,
    subject: {},
    text: { en: 'Your parcel is on its way.' },
    public: false,
  });
});

test('an answer that customers look for has its title, and is one that they find', () => {
  const draft = new ReadyDraft(undefined, wantedOf('new/fr/garantie%20du%20cadre'));
  expect(draft.body).toMatchObject({ subject: { fr: 'Garantie du cadre' }, name: 'Garantie du cadre', public: true });
  expect(draft.changed).toBe(true);
  for (const rest of ['new', 'new/de/x', 'new/fr/%zz']) expect(wantedOf(rest)).toBeUndefined();
});

test.each(['late parcel', '-late', 'é', 'x'.repeat(31)])('"%s" is no shortcut', (shortcut) => {
  const draft = new ReadyDraft(late);
  draft.shortcut = shortcut;
  expect(draft.wrongShortcut).toBe(true);
});

test('capitals are made small, and characters are counted as people count them', () => {
  const draft = new ReadyDraft(late);
  draft.shortcut = ' Late-Parcel ';
  expect(draft.body.shortcut).toBe('late-parcel');
  draft.text = { fr: '🚲'.repeat(longestText + 2) };
  expect(draft.over('fr')).toBe(2);
});

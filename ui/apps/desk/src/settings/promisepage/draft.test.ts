import { expect, test } from 'vitest';
import type { PublicPage } from './calls.ts';
import { PageDraft } from './draft.svelte.ts';
import { badgePath, badgeSnippet } from './snippet.ts';

const page: PublicPage = {
  id: 'page',
  published: false,
  channelIds: ['chat', 'mail', 'phone'],
  notes: [{ since: '2026-11-12', title: { fr: 'Retards', en: '' }, text: { fr: '', en: '' } }],
  signerId: null,
  word: { fr: 'On le dit.', en: '' },
  url: 'https://desk.example/help/promises/k3y',
  version: 3,
};

test('a page that was opened and not touched has nothing to save', () => {
  expect(new PageDraft(page).changed).toBe(false);
});

test('a channel moves among those that are shown, and never past the ends', () => {
  const draft = new PageDraft(page);
  draft.move('mail', -1);
  expect(draft.channelIds).toEqual(['mail', 'chat', 'phone']);
  draft.move('mail', -1);
  draft.move('phone', 1);
  draft.move('nowhere', 1);
  expect(draft.channelIds).toEqual(['mail', 'chat', 'phone']);
  draft.show('chat', false);
  draft.show('chat', true);
  expect(draft.channelIds).toEqual(['mail', 'phone', 'chat']);
  expect(draft.changed).toBe(true);
});

test('a page without channels may be kept, not published', () => {
  const draft = new PageDraft({ ...page, channelIds: [] });
  expect(draft.faults).toBe(0);
  draft.published = true;
  expect(draft.faults).toBe(1);
});

test('a note needs a date, and a title in one language', () => {
  const draft = new PageDraft(page);
  draft.addNote('');
  expect(draft.faults).toBe(1);
  const [, fresh] = draft.notes;
  draft.changeNote(fresh?.key ?? -1, { since: '2026-11-20', title: { fr: '', en: 'Slow answers' } });
  expect(draft.faults).toBe(0);
  draft.changeNote(fresh?.key ?? -1, { title: { fr: 'x'.repeat(121), en: '' } });
  expect(draft.faults).toBe(1);
  draft.dropNote(fresh?.key ?? -1);
  expect(draft.changed).toBe(false);
});

test('a page holds six notes', () => {
  const draft = new PageDraft(page);
  for (let i = 0; i < 9; i++) draft.addNote('2026-11-20');
  expect(draft.notes).toHaveLength(6);
});

test('the badge leads to the page, and its words break out of nothing', () => {
  expect(badgePath(page.url ?? '')).toBe('/help/promises/k3y/badge.svg');
  expect(badgeSnippet('https://desk.example/p', 'Tenu "à 95 %" <b>')).toBe(
    '<a href="https://desk.example/p"><img src="https://desk.example/p/badge.svg" height="28" alt="Tenu &quot;à 95 %&quot; &lt;b>"></a>',
  );
});

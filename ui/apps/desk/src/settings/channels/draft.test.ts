import type { Channel } from '@visavis/client';
import { expect, test } from 'vitest';
import { ChannelDraft } from './draft.svelte.ts';

const channel: Channel = {
  id: '1',
  kind: 'webchat',
  name: 'Boutique',
  key: 'abc',
  settings: {
    colour: '#046679',
    greeting: { fr: 'Bonjour', en: 'Hello' },
    origins: ['https://shop.example'],
    languages: ['en', 'fr'],
    teamId: 't1',
    hours: { zone: 'Europe/Paris', week: [{ day: 5, from: '18:00', to: '24:00' }] },
  },
  canSay: true,
  written: false,
  identitySecretSet: false,
  disabled: false,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
};

test('what is read is written back as it was, with the first language first', () => {
  const draft = new ChannelDraft(channel, 'UTC');
  expect(draft.settings).toEqual(channel.settings);
  expect(draft.changed).toBe(false);
});

test('without hours and team nothing is sent for them', () => {
  const draft = new ChannelDraft(channel, 'UTC');
  draft.timed = false;
  draft.teamId = '';
  expect(draft.settings).not.toHaveProperty('hours');
  expect(draft.settings).not.toHaveProperty('teamId');
  expect(draft.changed).toBe(true);
});

test('live assistance is asked for where it is wanted, and nowhere else', () => {
  const draft = new ChannelDraft(channel, 'UTC');
  expect(draft.settings).not.toHaveProperty('assist');
  draft.assist = true;
  expect([draft.settings.assist, draft.changed]).toEqual([true, true]);
  expect(new ChannelDraft({ ...channel, settings: draft.settings }, 'UTC').assist).toBe(true);
});

test('when it is offered is kept as it was said, and nothing is sent for always', () => {
  const offer = { only: ['/panier*'], whom: 'verified', languages: ['fr'], inHours: true, staff: 1 } as const;
  const given = {
    ...channel.settings,
    assist: true,
    offer: { ...offer, only: [...offer.only], languages: [...offer.languages] },
  };
  const draft = new ChannelDraft({ ...channel, settings: given }, 'UTC');
  expect(draft.settings).toEqual(given);
  draft.fill({ ...channel, settings: { ...channel.settings, assist: true, offer: {} } });
  expect(draft.settings).not.toHaveProperty('offer');
});

test('what more stays masked is kept as it was said, and nothing is sent for no rules', () => {
  const mask = { hide: ['.balance', ':is(td, th).iban'], show: ['[name=postcode]'] };
  const draft = new ChannelDraft({ ...channel, settings: { ...channel.settings, mask } }, 'UTC');
  expect(draft.settings.mask).toEqual(mask);
  expect(draft.changed).toBe(false);
  [draft.hide, draft.show] = [[], []];
  expect(draft.settings).not.toHaveProperty('mask');
});

test('a change taken back is no change', () => {
  const draft = new ChannelDraft(channel, 'UTC');
  draft.name = 'Autre';
  expect(draft.changed).toBe(true);
  draft.name = 'Boutique ';
  expect(draft.changed).toBe(false);
});

test('every fault is counted once', () => {
  const draft = new ChannelDraft(channel, 'UTC');
  expect(draft.faults).toBe(0);
  draft.name = ' ';
  draft.colour = 'red';
  draft.greeting.fr = 'x'.repeat(161);
  draft.week = [{ day: 1, from: '18:00', to: '09:00' }];
  expect(draft.faults).toBe(4);
  draft.timed = false;
  draft.speak('fr', false);
  expect(draft.faults).toBe(2);
});

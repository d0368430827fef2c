import type { VisitorChannel, VisitorConversation, VisitorMessage } from '@visavis/client/types.ts';
import { Problem } from '@visavis/client/problem.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { contrast, inkOn, rgb, tint } from './colour';
import { en } from './en';
import { entries } from './entries';
import { Files, refusal } from './files.svelte';
import { fr } from './fr';
import { greet, presence } from './opening';
import { Store } from './store';
import { choose, Voice } from './voice.svelte';
import { pieces } from './words';

const look: VisitorChannel = {
  name: 'Boutique',
  workspace: 'Cycles Arzel',
  colour: '#046679',
  greeting: { fr: 'Bonjour.\nNous sommes là.', en: '' },
  languages: ['fr', 'en'],
  team: [
    { firstName: 'Léa', face: '', here: true },
    { firstName: 'Yann', face: '', here: false },
  ],
  open: true,
  here: true,
  assist: false,
  cobrowse: false,
  promise: { zone: 'Europe/Paris' },
};
let voice: Voice;
beforeEach(async () => {
  voice = new Voice();
  await voice.speak('fr');
});

describe('who is there', () => {
  it('names people, and says so when nobody is there', () => {
    expect(presence(look, voice)).toMatch(/^Léa est là\./);
    expect(presence({ ...look, here: false }, voice)).toMatch(/^Personne n’est en ligne/);
  });
  it('says when somebody will read, in the reader’s own day', async () => {
    const tomorrow = new Date();
    tomorrow.setDate(tomorrow.getDate() + 1);
    tomorrow.setHours(9, 0, 0, 0);
    const closed = { ...look, open: false, opensAt: tomorrow.toISOString() };
    expect(presence(closed, voice, 'Léa')).toBe('Nous sommes absents. Léa lira ceci demain à 9\u202fh.');
    await voice.speak('en');
    expect(presence(closed, voice)).toBe('We are away. The team will read this tomorrow at 9:00.');
  });
  it('says what is usual as it was measured, and what is promised, and invents neither', async () => {
    const soon = new Date(Date.now() + 8 * 60_000).toISOString();
    const team = look.team.map((one) => ({ ...one, here: true }));
    const told = (promise: object, over: object = {}) =>
      presence({ ...look, ...over, promise: { zone: 'Europe/Paris', ...promise } }, voice);
    expect(told({ usualFor: 170 }, { team })).toBe(
      'Léa et Yann répondent d’habitude en 3\u202fmin. Une personne vous répond, pas un robot.',
    );
    expect(told({ answerBy: soon })).toBe(`Léa est là. Une personne vous répond avant ${voice.by(soon)}.`);
    expect(told({ usualFor: 170, answerBy: soon })).toMatch(/en 3\u202fmin\. Une personne vous répond avant/);
    expect(told({ usualFor: 1700, answerBy: soon })).not.toMatch(/avant/); // nobody believes in that hour
    expect(told({ answerBy: '2020-01-01T00:00:00.000Z' })).not.toMatch(/avant/);
    expect(told({}, { here: false })).toMatch(/dès notre retour\.$/);
    await voice.speak('en');
    expect(told({ usualFor: 40 }, { team })).toMatch(/^Léa and Yann usually answer in 1\u202fmin\./);
  });
  it('names no hour of a new message while one is owed already', () => {
    const soon = new Date(Date.now() + 8 * 60_000).toISOString();
    const promised = { ...look, promise: { zone: '', answerBy: soon, usualFor: 60 } };
    expect(presence(promised, voice, undefined, true)).toBe('Léa est là. Une personne vous répond, pas un robot.');
  });
  it('says the hour of the answer on the day of the opening', () => {
    const at = (hour: number) => {
      const tomorrow = new Date();
      tomorrow.setDate(tomorrow.getDate() + 1);
      tomorrow.setHours(hour, 0, 0, 0);
      return tomorrow.toISOString();
    };
    const closed = { ...look, open: false, opensAt: at(9), promise: { zone: '', answerBy: at(10) } };
    expect(presence(closed, voice)).toBe(
      'Nous sommes absents. L’équipe lira ceci demain à 9\u202fh. Une personne vous répond avant 10\u202fh.',
    );
  });
  it('greets by name without saying hello twice', () => {
    expect(greet(look, voice, 'Camille Rousseau')).toBe('Bonjour Camille.\nNous sommes là.');
    expect(greet({ ...look, greeting: { fr: 'Une question ?', en: '' } }, voice, 'Camille')).toBe(
      'Bonjour Camille.\nUne question ?',
    );
    expect(greet({ ...look, greeting: { fr: 'Bonjour et bienvenue', en: '' } }, voice, 'Camille')).toBe(
      'Bonjour et bienvenue',
    );
    expect(greet({ ...look, here: false }, voice, null)).toBe('Bonjour.\nLaissez-nous un mot.');
  });
});

describe('the voice', () => {
  it('counts and fills', () => {
    expect(voice.t('unread', { n: 1 })).toBe('1 message non lu');
    expect(voice.t('unread', { n: 4 })).toBe('4 messages non lus');
    expect(voice.size(27_000_000)).toBe('27\u202fMo');
  });
  it('has the same holes in both languages', () => {
    const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((hole) => hole[1]).sort();
    for (const key of Object.keys(fr) as (keyof typeof fr)[])
      expect([key, holes(fr[key])]).toEqual([key, holes(en[key])]);
  });
  it('writes French as French is written', () => {
    for (const text of Object.values(fr)) expect(text).not.toMatch(/ [;:!?»]|« |'|[^\u202f\s{|]\?/);
  });
  it('is chosen by her, then the page, then the browser, among what is offered', () => {
    const store = new Store('k', {
      length: 0,
      key: () => null,
      getItem: () => null,
      setItem: () => undefined,
      removeItem: () => undefined,
    });
    expect(choose(['fr', 'en'], store, undefined, ['en-GB'])).toBe('en');
    expect(choose(['fr', 'en'], store, 'fr-CA', ['en-GB'])).toBe('fr');
    expect(choose(['en'], store, 'fr', ['fr'])).toBe('en');
  });
});

describe('the log', () => {
  const said = (
    position: number,
    kind: 'customer' | 'member',
    at = `2026-11-22T10:0${position}:00.000Z`,
  ): VisitorMessage => ({
    id: `m${position}`,
    conversationId: 'k',
    position,
    author: { kind, id: kind },
    text: '',
    attachments: [],
    clientId: kind === 'customer' ? `c${position}` : undefined,
    createdAt: at,
  });
  const conversation = { memberReadPosition: 3 } as VisitorConversation;
  const dayOf = (at: string) => at.slice(0, 10);

  it('marks only her newest message, and groups by who speaks', () => {
    const list = entries([said(1, 'customer'), said(2, 'member'), said(3, 'customer')], [], conversation, dayOf);
    expect(list.map((entry) => (entry.kind === 'said' ? [entry.last, entry.mark] : entry.kind))).toEqual([
      'day',
      [true, undefined],
      [true, undefined],
      [true, 'read'],
    ]);
  });
  it('sets a call between what was said, as it is said, and other lines as seams', () => {
    const call = { id: 'a', seconds: 240, allowed: [] };
    const list = entries(
      [
        said(1, 'customer'),
        { ...said(2, 'member'), line: { type: 'conversation.concluded', result: 'solved', call } },
        { ...said(3, 'member'), line: { type: 'conversation.resolved' } },
      ],
      [],
      conversation,
      dayOf,
    );
    expect(list.map((entry) => (entry.kind === 'said' ? [entry.last, entry.mine] : entry.kind))).toEqual([
      'day',
      [true, true],
      [true, false],
      'line',
    ]);
  });
  it('never shows words that have arrived as still waiting', () => {
    const waiting = (clientId: string) => ({ clientId, text: '', files: [], at: '', state: 'sending' as const });
    const list = entries([said(1, 'customer')], [waiting('c1'), waiting('c2')], conversation, dayOf);
    expect(list.filter((entry) => entry.kind === 'waiting').map((entry) => entry.key)).toEqual(['c2']);
  });
  it('opens web addresses and nothing else', () => {
    expect(pieces('Voir https://a.example/b. Et javascript:alert(1)')).toEqual([
      'Voir ',
      { href: 'https://a.example/b' },
      '. Et javascript:alert(1)',
    ]);
  });
});

describe('files', () => {
  it('are refused before they leave', () => {
    expect(refusal({ name: 'a.pdf', size: 26 * 1024 * 1024 })).toBe('large');
    expect(refusal({ name: 'a.pdf', size: 25 * 1024 * 1024 })).toBeUndefined();
    expect(refusal({ name: 'a.pdf', size: 0 })).toBe('empty');
    for (const name of ['a.exe', 'photo.png.js', 'a.svg', 'noname', 'a.pdf\u202e.exe', 'x.PNG.html'])
      expect(refusal({ name, size: 1 })).toBe('type');
    expect(refusal({ name: 'PHOTO.JPG', size: 1 })).toBeUndefined();
  });
  it('wait for the network, keep their order and say what the server refuses', async () => {
    let up = false;
    const upload = vi.fn((file: File) => {
      if (!up) return Promise.reject(new Problem({ status: 0, code: 'unreachable' }));
      if (file.name === 'b.png') return Promise.reject(new Problem({ status: 415, code: 'file_type_refused' }));
      return Promise.resolve({ id: file.name } as never);
    });
    const files = new Files(upload);
    files.add(['a.pdf', 'b.png', 'c.pdf', 'd.exe'].map((name) => new File(['x'], name)));
    await vi.waitFor(() => expect(upload).toHaveBeenCalledTimes(1));
    await Promise.resolve();
    expect(files.items.map((item) => item.state)).toEqual(['waiting', 'waiting', 'waiting']);
    up = true;
    files.resume();
    await vi.waitFor(() => expect(files.busy).toBe(false));
    expect(files.refusals.map((one) => [one.name, one.why])).toEqual([
      ['d.exe', 'type'],
      ['b.png', 'type'],
    ]);
    expect(files.take().map((one) => one.id)).toEqual(['a.pdf', 'c.pdf']);
    expect(files.items).toEqual([]);
  });
});

describe('a shop’s colour', () => {
  it.each(['#e5b800', '#b64a32', '#ffffff', '#000000', '#777777', '#00ff00'])(
    '%s always carries ink that reads',
    (colour) => {
      expect(contrast(rgb(inkOn(colour)), rgb(colour))).toBeGreaterThanOrEqual(4.5);
      for (const dark of [false, true]) {
        const { properties } = tint(colour, dark);
        const at = (name: string) => rgb(properties[name] ?? '');
        expect(contrast(at('--accent-text'), at('--bubble-out'))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(at('--on-accent'), at('--accent'))).toBeGreaterThanOrEqual(4.5);
      }
    },
  );
});

describe('what a browser keeps', () => {
  it('is held in memory where storage is refused, and wiped for the next person', () => {
    const refuse = () => {
      throw new Error('refused');
    };
    const store = new Store('k', { length: 0, key: refuse, getItem: refuse, setItem: refuse, removeItem: refuse });
    store.set('draft', 'mes mots');
    expect(store.get('draft')).toBe('mes mots');
    store.wipe();
    expect(store.get('draft')).toBeNull();
  });
});

import { Problem } from '@visavis/client/problem.ts';
import type { VisitorConversation, VisitorMessage } from '@visavis/client/types.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { byDay, country, faultOf } from './call';
import { words as callWords } from './call-words';
import { answered, newest, ordinal, Wording, type Step } from './matter';
import { words } from './matter-words';
import { Voice } from './voice.svelte';

/** Ten past nine, on the clock of whoever runs this. */
const now = new Date(2026, 10, 23, 9, 10, 0).getTime();
const at = (minutes: number, seconds = 0) => new Date(now + minutes * 60_000 + seconds * 1000).toISOString();
const nnbsp = '\u202f';

const conversation = (over: Partial<VisitorConversation> = {}): VisitorConversation => ({
  id: 'k',
  state: 'open',
  subject: '',
  lastPosition: 1,
  readPosition: 1,
  memberReadPosition: 0,
  agents: [],
  lastMessageAt: at(0),
  preview: '',
  ...over,
});
const owed = (over: Partial<NonNullable<VisitorConversation['promise']>> = {}) => ({
  kind: 'first' as const,
  state: 'running' as const,
  madeAt: at(0, 5),
  dueAt: at(1, 5),
  ...over,
});
const step = (over: Partial<Step>): Step => ({
  id: over.text ?? 's',
  kind: 'custom',
  text: '',
  state: 'done',
  at: at(0),
  ...over,
});

let voice: Voice;
let wording: Wording;
beforeEach(async () => {
  vi.useFakeTimers({ now });
  voice = new Voice();
  wording = new Wording(voice);
  await voice.speak('fr');
});
afterEach(() => vi.useRealTimers());

describe('what is promised', () => {
  it('is acknowledged with its hour, never an earlier one than is owed', async () => {
    const told = () => wording.promise(conversation({ promise: owed() }), undefined, undefined, now)?.text;
    expect(told()).toBe(`Reçu à 9${nnbsp}h${nnbsp}10. Une personne vous répond avant 9${nnbsp}h${nnbsp}12.`);
    await voice.speak('en');
    expect(told()).toBe('Received at 9:10. A person answers before 9:12.');
  });
  it('is late when the minute that was said is over, and not a second before', () => {
    const missed = conversation({ promise: owed({ state: 'missed' }) });
    const tone = (seconds: number) => wording.promise(missed, undefined, undefined, now + seconds * 1000)?.tone;
    expect(tone(110)).toBe('owed');
    expect(tone(120)).toBe('late');
    expect(wording.promise(missed, undefined, undefined, now + 121_000)?.text).toBe(
      `Nous avions dit 9${nnbsp}h${nnbsp}12. Nous sommes en retard.`,
    );
  });
  it('is late without the server’s word too, when the line is cut', () => {
    const running = conversation({ promise: owed({ dueAt: at(2) }) });
    const tone = (seconds: number) => wording.promise(running, undefined, undefined, now + seconds * 1000)?.tone;
    expect(tone(125)).toBe('owed');
    expect(tone(136)).toBe('late');
  });
  it('says nothing while we wait for her, and nothing where nothing is promised', () => {
    expect(
      wording.promise(conversation({ promise: owed({ state: 'paused' }) }), undefined, undefined, now),
    ).toBeUndefined();
    expect(wording.promise(conversation(), undefined, undefined, now)).toBeUndefined();
  });
  it('is shown as kept, or owned up to, once the answer is there', () => {
    const told = (answer: string) => wording.promise(conversation(), owed(), answer, now);
    expect(told(at(1))).toEqual({
      tone: 'kept',
      text: `Promis avant 9${nnbsp}h${nnbsp}12, répondu à 9${nnbsp}h${nnbsp}11.`,
    });
    expect(told(at(5))?.tone).toBe('late');
    expect(told(at(5))?.text).toMatch(/^Nous avions dit 9/);
  });
  it('is answered by a person only, and after it was made', () => {
    const message = (kind: 'member' | 'system', when: string) =>
      ({ author: { kind }, createdAt: when }) as unknown as VisitorMessage;
    const all = [message('member', at(-5)), message('system', at(1)), message('member', at(2))];
    expect(answered(owed(), all)).toBe(at(2));
    expect(answered(undefined, all)).toBeUndefined();
  });
  it('names the day when it is another one, and the midnight of its own day', async () => {
    expect(voice.by(at(60 * 24))).toBe(`demain 9${nnbsp}h${nnbsp}10`);
    expect(voice.by(new Date(2026, 10, 23, 23, 59, 59, 999).toISOString())).toBe('minuit');
    await voice.speak('en');
    expect(voice.by(at(60 * 24 * 3))).toBe('9:10 Thursday');
  });
});

describe('her place', () => {
  it('is said with the wait and its spread, as far as they are known', async () => {
    const told = (place: number, lowFor?: number, highFor?: number) =>
      wording.queue({ place, at: at(0), ...(highFor ? { lowFor: lowFor ?? 0, highFor } : {}) });
    expect(told(3)).toBe('Vous êtes 3ᵉ dans la file.');
    expect(told(3, 240, 420)).toBe(`Vous êtes 3ᵉ dans la file. Environ 4 à 7${nnbsp}min.`);
    expect(told(1, 0, 60)).toBe(`Votre tour est le prochain. Moins de 1${nnbsp}min.`);
    expect(told(9, 2700, 7200)).toMatch(new RegExp(`Environ 45${nnbsp}min à 2${nnbsp}h\\.$`));
    await voice.speak('en');
    expect(told(2, 300, 300)).toBe(`You are 2nd in line. About 5${nnbsp}min.`);
  });
  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [11, '11th'],
    [22, '22nd'],
    [113, '113th'],
  ])('%i is %s', (n, said) => expect(ordinal(n, 'en')).toBe(said));
});

describe('a call', () => {
  const callback = (over: object) => ({ phone: '…07', at: at(90), state: 'asked' as const, ...over });
  const promised = (expectedAt: string) => step({ kind: 'callback', state: 'planned', expectedAt });
  it('is said with its number and its time', () => {
    const asked = conversation({ callback: callback({}), steps: [promised(at(90))] });
    expect(wording.call(asked, now)?.text).toBe(`Nous vous appelons au …07 à 10${nnbsp}h${nnbsp}40.`);
    const turn = conversation({ callback: callback({ at: at(0) }), steps: [promised(at(20))] });
    expect(wording.call(turn, now)?.text).toBe(
      `Nous vous appelons au …07 dès que votre tour vient, avant 9${nnbsp}h${nnbsp}30.`,
    );
    expect(wording.call(conversation({ callback: callback({ state: 'done' }) }), now)).toBeUndefined();
  });
  it('can be chosen by day, in the order of the hours', () => {
    const days = byDay([at(30), at(60), at(60 * 24)], voice.day);
    expect(days.map(({ label, slots }) => [label, slots.length])).toEqual([
      ['aujourd’hui', 2],
      ['demain', 1],
    ]);
  });
  it('is refused at the field that is wrong', () => {
    const refuse = (name: string) =>
      new Problem({ status: 422, code: 'invalid', errors: [{ location: `body.${name}`, message: 'no' }] });
    expect(faultOf(refuse('phone'))).toEqual({ at: 'phone', says: 'fault.phone' });
    const country = { status: 422, code: 'callback_country', errors: [{ location: 'body.phone', message: 'no' }] };
    expect(faultOf(new Problem(country))).toEqual({ at: 'phone', says: 'callback_country' });
    expect(faultOf(refuse('at'))).toEqual({ at: 'at', says: 'fault.at' });
    expect(faultOf(new Problem({ status: 429, code: 'callbacks_spent' }))).toEqual({
      at: 'form',
      says: 'callbacks_spent',
    });
    expect(faultOf(new Problem({ status: 500, code: 'toString' })).says).toBe('failed');
    expect(faultOf(new Error('x')).says).toBe('failed');
  });
  it('knows the country of a zone that is of one', () => {
    expect(country('Europe/Paris', 'fr')).toBe('France');
    expect(country('Etc/UTC', 'fr')).toBeUndefined();
  });
});

describe('the work', () => {
  it('is worded in her language, with the first name of who does it', () => {
    const by = { id: 'm', firstName: 'Karim', face: '' };
    const shown = (over: Partial<Step>) => wording.step(step(over), now);
    expect(shown({ kind: 'taken', by }).title).toBe('Karim s’occupe de votre demande');
    expect(shown({ kind: 'handed_over' }).title).toBe('Une autre personne prend le relais');
    expect(shown({ text: 'Disque demandé', state: 'underway', expectedAt: at(50), by }).second).toBe(
      `Karim, en cours, attendu avant 10${nnbsp}h`,
    );
    expect(shown({ text: 'x', state: 'planned', expectedAt: at(-5) }).second).toMatch(/pas encore là$/);
  });
  it('does not repeat what the sentences above it say', () => {
    const late = step({ kind: 'late', state: 'underway' });
    const received = step({ kind: 'received' });
    const told = { tone: 'owed' as const, text: '' };
    expect(wording.steps(conversation({ steps: [received] }), [told], now)).toEqual([]);
    expect(wording.steps(conversation({ steps: [received, late] }), [{ ...told, tone: 'late' }], now)).toEqual([]);
    expect(wording.steps(conversation({ steps: [received, late] }), [told], now)).toHaveLength(2);
  });
  it('folds to what is under way, then to what comes, then to what was done last', () => {
    const shown = (...states: Step['state'][]) =>
      states.map((state, i) => wording.step(step({ text: `${i}`, state }), now));
    expect(newest(shown('done', 'underway', 'planned'))?.title).toBe('1');
    expect(newest(shown('done', 'planned', 'planned'))?.title).toBe('1');
    expect(newest(shown('done', 'done'))?.title).toBe('1');
  });
});

describe('the words', () => {
  const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((hole) => hole[1]).sort();
  it.each([
    ['matter', words.fr, words.en],
    ['call', callWords.fr, callWords.en],
  ])('of the %s have the same holes in both languages, and French is written as French', (_, fr, en) => {
    const english: Readonly<Record<string, string>> = en;
    for (const [key, text] of Object.entries<string>(fr)) {
      expect([key, holes(text)]).toEqual([key, holes(english[key] ?? '')]);
      expect(text).not.toMatch(/ [;:!?»]|« |'|[^\u202f\s{|]\?/);
    }
  });
});

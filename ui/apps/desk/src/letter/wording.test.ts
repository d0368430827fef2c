import type { Sending } from '@visavis/client';
import { I18n } from '@visavis/kit';
import { expect, test } from 'vitest';
import {
  called,
  domainOf,
  heightOf,
  namesOf,
  noteText,
  problemText,
  sendingText,
  tallest,
  topicOf,
  verbsOf,
} from './wording.ts';
import { letterWords } from './words.ts';

const en = new I18n(letterWords, 'en');
const fr = new I18n(letterWords, 'fr');

const sending = (more: Partial<Sending>): Sending => ({
  id: 's',
  channelId: 'c',
  conversationId: 'k',
  kind: 'reply',
  to: [{ address: 'camille@example.org' }],
  cc: [],
  bcc: [],
  subject: '',
  state: 'waiting',
  tries: 0,
  recipients: [],
  createdAt: '2026-11-29T09:00:00.000Z',
  changedAt: '2026-11-29T09:00:00.000Z',
  ...more,
});

test('an address is shown as people know it, without the mark of its conversation', () => {
  const mark = '5mghoa4j2jyzjajwzv4c5qxfjq';
  expect(called({ address: `bonjour+${mark}@arzel.example` })).toBe('bonjour@arzel.example');
  for (const address of ['camille+velo@mel.example', `${mark}@mel.example`, `a+${mark}b@mel.example`])
    expect(called({ address })).toBe(address);
  expect(called({ name: ' Camille ', address: 'c@mel.example' })).toBe('Camille');
});

test('every problem is told with what to do, in both languages', () => {
  for (const word of ['mailbox-unknown', 'greylisted', 'sign-in-refused', 'no-answer', 'refused']) {
    for (const voice of [en, fr]) {
      const { what, todo } = problemText(word, voice);
      expect(what).not.toContain('problem.');
      expect(todo).not.toContain('problem.');
    }
  }
});

test('a problem or a note that nobody has explained is answered honestly', () => {
  expect(problemText('moon-in-capricorn', en)).toEqual(problemText('other', en));
  expect(problemText('mailbox-unknown.do', en)).toEqual(problemText('other', en));
  expect(noteText('smells-odd', en)).toContain('smells-odd');
  expect(noteText('encrypted', en)).not.toContain('encrypted.');
});

test('how a letter fares is told in plain words', () => {
  expect(sendingText(sending({}), en)).toMatchObject({ tone: 'quiet' });
  expect(
    sendingText(sending({ tries: 2, nextAt: '2026-11-29T09:05:00.000Z', problem: 'greylisted' }), en),
  ).toMatchObject({
    tone: 'risk',
    more: 'The other server makes senders wait that it does not know yet. Nothing to do: we try again.',
  });
  expect(sendingText(sending({ state: 'sent', readAt: '2026-11-29T09:05:00.000Z' }), en).tone).toBe('good');
  expect(sendingText(sending({ state: 'bounced', problem: 'mailbox-full' }), en)).toMatchObject({ tone: 'bad' });
});

test('only what can still be changed has a verb', () => {
  expect(verbsOf(sending({ state: 'waiting' }))).toEqual({ again: false, cancel: true });
  expect(verbsOf(sending({ state: 'failed' }))).toEqual({ again: true, cancel: false });
  expect(verbsOf(sending({ state: 'sent' }))).toEqual({ again: false, cancel: false });
});

test('marks of answering do not make another topic', () => {
  expect(topicOf('Re: RE : Fwd: The brake')).toBe('The brake');
  expect(topicOf('TR: Réf : Le frein')).toBe('Le frein');
  expect(topicOf('Regarding the brake')).toBe('Regarding the brake');
});

test('a frame is believed only about a height, and only within bounds', () => {
  expect(heightOf({ visavis: 'letter', height: 320.4 })).toBe(321);
  expect(heightOf({ visavis: 'letter', height: 1e9 })).toBe(tallest);
  for (const said of [null, 'letter', { visavis: 'letter' }, { height: 10 }, { visavis: 'letter', height: Number.NaN }])
    expect(heightOf(said)).toBeUndefined();
  expect(heightOf({ visavis: 'letter', height: -4 })).toBeUndefined();
});

test('names stand in a row until there are too many', () => {
  const list = [
    { name: 'Camille', address: 'c@example.org' },
    { address: 'd@example.org' },
    { address: 'e@example.org' },
  ];
  expect(namesOf(list)).toEqual({ shown: 'Camille, d@example.org', more: 1 });
  expect(domainOf('camille@mail.example.org')).toBe('mail.example.org');
});

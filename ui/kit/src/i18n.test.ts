import { beforeEach, expect, test } from 'vitest';
import { I18n } from './i18n.svelte.ts';

const fr = { hello: 'Bonjour {name}' };
const en = { hello: 'Hello {name}' };
let voice: I18n<typeof fr>;

beforeEach(() => {
  voice = new I18n({ fr, en }, 'fr');
  voice.zone = 'Europe/Paris';
  voice.now = Date.parse('2026-11-23T23:30:00Z'); // Tuesday 24, half past midnight in Paris
});

test('both languages are first languages, and a room added later follows the change', () => {
  const room = voice.with({ fr: { bye: 'Au revoir' }, en: { bye: 'Goodbye' } });
  voice.locale = 'en';
  expect(voice.t('hello', { name: 'Ada' })).toBe('Hello Ada');
  expect(room.t('bye')).toBe('Goodbye');
});

test.each([
  ['2026-11-23T23:05:00Z', '00:05'],
  ['2026-11-23T22:30:00Z', 'hier'],
  ['2026-11-20T10:00:00Z', 'ven.'],
  ['2026-10-12T10:00:00Z', '12 oct.'],
  ['2025-10-12T10:00:00Z', 'oct. 2025'],
])('the short time of %s is %s in her zone', (at, said) => {
  expect(voice.when(at)).toBe(said);
});

test('moments to come are said as people say them', () => {
  expect(voice.until('2026-11-24T13:10:00Z')).toBe('14\u202fh\u202f10');
  expect(voice.until('2026-11-25T08:00:00Z')).toBe('demain 9\u202fh');
  voice.locale = 'en';
  expect(voice.until('2026-11-25T08:00:00Z')).toBe('tomorrow 9:00');
});

test.each([
  [40_000, '40\u202fs'],
  [4 * 60_000, '4\u202fmin'],
  [160 * 60_000, '2\u202fh\u202f40'],
  [3 * 86_400_000, '3\u202fj'],
])('%i ms last %s', (ms, said) => {
  expect(voice.lasting(ms)).toBe(said);
});

test('sizes use the units of the language', () => {
  expect(voice.size(8_400_000)).toBe('8,4\u202fMo');
  voice.locale = 'en';
  expect(voice.size(84_000)).toBe('84\u202fkB');
});

test('a zone this machine does not know falls back to its own', () => {
  voice.zone = 'Mars/Olympus';
  expect(voice.time('2026-11-23T12:00:00Z')).toMatch(/^\d\d:\d\d$/);
});

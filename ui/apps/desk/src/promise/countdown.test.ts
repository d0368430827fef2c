import type { Owed } from '@visavis/client';
import { I18n } from '@visavis/kit';
import { describe, expect, test } from 'vitest';
import { countdown, minutesOf, pieces, sentenceOf, signOf } from './countdown.ts';
import { promiseWords } from './words.ts';

const voice = new I18n(promiseWords, 'fr');
voice.zone = 'Europe/Paris';
const now = Date.parse('2026-11-23T09:00:00.000Z');
voice.now = now;
const minute = 60_000;
const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
const owed = (made: number, due: number, state: Owed['state'] = 'running'): Owed => ({
  kind: 'next',
  state,
  madeAt: at(made),
  dueAt: at(due),
});

describe('the shape of what is left', () => {
  test.each([
    ['a ring while there is time', owed(-10, 50), 'ring', 50 / 60],
    ['a wedge from the last quarter on', owed(-45, 15), 'wedge', 0.25],
    ['still a ring a moment before', owed(-44, 16), 'ring', 16 / 60],
    ['a diamond when the time is over, before the server has said so', owed(-60, 0), 'diamond', 0],
    ['a diamond when it was missed', owed(-80, -12, 'missed'), 'diamond', 0],
    ['a pause while the customer is awaited, however late it is', owed(-80, -12, 'paused'), 'paused', 1],
  ] as const)('%s', (_name, promise, shape, part) => {
    const counted = countdown(promise, now);
    expect(counted.shape).toBe(shape);
    expect(counted.part).toBeCloseTo(part);
  });
});

describe('the word beside it', () => {
  test.each([
    [owed(-10, 12.9), '12\u202fmin'],
    [owed(-10, 160), '2\u202fh\u202f40'],
    [owed(-59, 0.9), '<\u202f1\u202fmin'],
    [owed(-80, -12.5, 'missed'), '+12\u202fmin'],
    [owed(-80, -0.2), '+1\u202fmin'],
    [owed(-80, -0.2, 'paused'), 'suspendue'],
  ])('%o reads %s', (promise, word) => {
    expect(minutesOf(countdown(promise, now), voice)).toBe(word);
  });

  test('it changes by whole minutes', () => {
    const words = [0, 10, 20, 30, 40, 50].map((s) => minutesOf(countdown(owed(-10, 12.9), now + s * 1000), voice));
    expect(new Set(words)).toEqual(new Set(['12\u202fmin']));
  });

  test('the sentence says for when, and how late', () => {
    const missed = owed(-80, -12, 'missed');
    expect(sentenceOf(missed, countdown(missed, now), voice)).toBe(
      'Prochaine réponse promise pour 9\u202fh\u202f48, en retard de 12\u202fmin',
    );
  });
});

describe('the sign of a row', () => {
  test('nothing owed, nothing said', () => expect(signOf({}, false, now, voice)).toBeUndefined());
  test('a tick once the answer was in time and only the resolution waits', () => {
    expect(signOf({ promise: owed(-10, 50, 'paused') }, true, now, voice)?.shape).toBe('tick');
  });
  test('no tick over what is owed again', () => {
    expect(signOf({ promise: owed(-10, 50) }, true, now, voice)?.shape).toBe('ring');
  });
});

test('seconds are counted in the last five minutes only', () => {
  expect(pieces(252_000)).toEqual([
    { n: 4, unit: 'min' },
    { n: 12, unit: 's' },
  ]);
  expect(pieces(59_000)).toEqual([{ n: 59, unit: 's' }]);
  expect(pieces(5 * minute + 30_000)).toEqual([{ n: 5, unit: 'min' }]);
  expect(pieces(-160 * minute)).toEqual([
    { n: 2, unit: 'h' },
    { n: 40, unit: 'min' },
  ]);
  expect(pieces(50 * 60 * minute)).toEqual([
    { n: 2, unit: 'd' },
    { n: 2, unit: 'h' },
  ]);
});

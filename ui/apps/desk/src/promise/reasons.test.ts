import type { Priority } from '@visavis/client';
import { I18n } from '@visavis/kit';
import { expect, test } from 'vitest';
import { barsOf, moodStep, wholePoints } from './reasons.ts';
import { promiseWords } from './words.ts';

const voice = new I18n(promiseWords, 'fr');
voice.zone = 'Europe/Paris';
voice.now = Date.parse('2026-11-23T09:00:00.000Z');

test('whole points sum to the whole total, each next to its own', () => {
  expect(wholePoints([34.6, 18.3, 14, 9.3, 6, 0.0], 82.2)).toEqual([35, 18, 14, 9, 6, 0]);
  const points = [0.4, 0.4, 0.4, 0.4];
  const whole = wholePoints(points, 1.6);
  expect(whole.reduce((a, b) => a + b, 0)).toBe(2);
});

test('any points: the bars sum to the number shown', () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let run = 0; run < 500; run++) {
    const points = Array.from({ length: 8 }, () => Math.round(random() * 40_000) / 1000);
    const total = points.reduce((a, b) => a + b, 0);
    const whole = wholePoints(points, total);
    expect(whole.reduce((a, b) => a + b, 0)).toBe(Math.round(total));
    whole.forEach((n, i) => expect(Math.abs(n - (points[i] ?? 0))).toBeLessThan(1));
  }
});

test('each bar says why; terms that bring nothing are left out; the heaviest stands first', () => {
  const priority: Priority = {
    total: 50,
    words: ['enfants'],
    points: [
      { term: 'influence', points: 0, max: 20, of: 0 },
      { term: 'waiting', points: 12, max: 0, of: 2.66 },
      { term: 'criticality', points: 30, max: 40, of: 3 },
      { term: 'repeat', points: 8, max: 10, of: 2 },
    ],
  };
  const matter = { reason: 'atelier/freinage', waitingSince: '2026-11-23T06:20:00.000Z' };
  expect(barsOf(priority, matter, voice).map(({ id, points, reason }) => [id, points, reason])).toEqual([
    ['criticality', 30, 'enfants, freinage'],
    ['waiting', 12, 'depuis 7\u202fh\u202f20'],
    ['repeat', 8, '2 contacts en 30 jours'],
  ]);
});

test('a mood is one of five words', () => {
  expect([-100, -60, -20, 0, 30, 74, 100].map(moodStep)).toEqual([-2, -1, 0, 0, 1, 1, 2]);
});

import { expect, test } from 'vitest';
import { lengthText, split } from './duration.ts';

test.each([
  [15, '15\u202fs'],
  [90, '1\u202fmin 30\u202fs'],
  [14_400, '4\u202fh'],
  [5400, '1\u202fh 30\u202fmin'],
  [129_600, '36\u202fh'],
  [86_400, '24\u202fh'],
  [172_800, '2\u202fj'],
  [0, '0\u202fs'],
])('%i seconds are written "%s"', (total, text) => {
  expect(lengthText(total, 'fr')).toBe(text);
});

test.each([
  [90, { n: 90, unit: 's' }],
  [120, { n: 2, unit: 'min' }],
  [7200, { n: 2, unit: 'h' }],
  [0, { n: 0, unit: 's' }],
] as const)('%i seconds are edited as %o', (total, edited) => {
  expect(split(total, ['s', 'min', 'h'])).toEqual(edited);
});

test('what no unit divides is edited in the smallest one', () => {
  expect(split(90, ['min', 'h'])).toEqual({ n: 1.5, unit: 'min' });
});

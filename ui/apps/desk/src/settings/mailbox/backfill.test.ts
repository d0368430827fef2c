import { expect, test } from 'vitest';
import { restOf } from './backfill.ts';

test.each([
  ['a pace that nobody knows tells nothing', 500, 0, undefined],
  ['nothing is left', 0, 6000, undefined],
  ['the last letter takes a minute at most', 1, 6000, { unit: 'minutes', n: 1 }],
  ['a begun minute counts', 250, 6000, { unit: 'minutes', n: 3 }],
  ['an hour', 6000, 6000, { unit: 'hours', n: 1 }],
  ['less than two days are hours', 47, 1, { unit: 'hours', n: 47 }],
  ['more are days', 8760, 60, { unit: 'days', n: 6 }],
] as const)('%s', (_, left, perHour, rest) => {
  expect(restOf(left, perHour)).toEqual(rest);
});

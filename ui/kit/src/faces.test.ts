import { expect, test } from 'vitest';
import { faceStyles, initials, readFace } from './faces.ts';

test('every style draws somebody', () => {
  for (const style of faceStyles) expect(readFace(`${style}-1-0`)?.hair.length).toBeGreaterThan(0);
});

test('numbers beyond the wardrobe wrap around', () => {
  expect(readFace('long-8-23')).toEqual(readFace('long-2-7'));
});

test.each(['', null, undefined, 'long', 'toString-1-1', 'nobody-2-7', 'long-x-7'])('%s draws nobody', (seed) => {
  expect(readFace(seed)).toBeNull();
});

test('initials are of the first and last word', () => {
  expect(initials('Anne-Laure de la Tour')).toBe('AT');
  expect(initials('  élodie ')).toBe('É');
  expect(initials('')).toBe('');
});

import { expect, test } from 'vitest';
import { insecure, readOrigin } from './origins.ts';

test.each([
  ['https://shop.example', 'https://shop.example'],
  ['  https://Shop.Example/ ', 'https://shop.example'],
  ['https://shop.example/fr/velos?x=1#y', 'https://shop.example'],
  ['shop.example', 'https://shop.example'],
  ['https://shop.example:443', 'https://shop.example'],
  ['https://shop.example:8443', 'https://shop.example:8443'],
  ['https://vélos.example', 'https://xn--vlos-bpa.example'],
  ['localhost:5173', 'http://localhost:5173'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://shop.localhost', 'http://shop.localhost'],
  ['http://intranet', 'http://intranet'],
  ['http://shop.example:80', 'http://shop.example'],
])('%s is read as %s', (typed, origin) => {
  expect(readOrigin(typed)).toEqual({ origin });
});

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['shop', 'form'],
  ['https://', 'form'],
  ['two words.example', 'form'],
  ['ftp://shop.example', 'scheme'],
  ['https://*.shop.example', 'wildcard'],
  ['*', 'wildcard'],
  ['https://anne:secret@shop.example', 'credentials'],
])('%s is refused: %s', (typed, problem) => {
  expect(readOrigin(typed)).toEqual({ problem });
});

test('an origin already on the list is refused even when written otherwise', () => {
  expect(readOrigin('shop.example/panier', ['https://shop.example'])).toEqual({ problem: 'twice' });
});

test('plain http is cautioned against, except on this machine', () => {
  expect(insecure('http://shop.example')).toBe(true);
  expect(insecure('http://localhost:5173')).toBe(false);
  expect(insecure('https://shop.example')).toBe(false);
});

import type { Api } from '@visavis/client';
import { expect, test } from 'vitest';
import { Attributes } from './attributes.svelte.ts';

const api = (answer: () => Promise<unknown>) => ({ get: answer }) as unknown as Pick<Api, 'get'>;

test('while nobody chose, they are place and product, under the names of the screens', async () => {
  const attributes = new Attributes(api(() => Promise.reject(new Error('away'))));
  await attributes.load();
  expect(attributes.keys).toEqual(['place', 'product']);
  expect(attributes.kindOf('product')).toBe('product');
  expect(attributes.nameOf('place', 'fr')).toBe('');
});

test('what was chosen has its names, in the other language when there is one only; what is none is not offered', async () => {
  const attributes = new Attributes(
    api(() =>
      Promise.resolve({ place: { attribute: 'town', names: { fr: 'Ville' } }, product: { attribute: '', names: {} } }),
    ),
  );
  await attributes.load();
  expect(attributes.keys).toEqual(['town']);
  expect(attributes.kindOf('town')).toBe('place');
  expect(attributes.kindOf('')).toBeUndefined();
  expect(attributes.kindOf('product')).toBeUndefined();
  expect(attributes.nameOf('place', 'en')).toBe('Ville');
});

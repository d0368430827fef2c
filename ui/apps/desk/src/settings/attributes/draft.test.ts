import { beforeEach, expect, test } from 'vitest';
import { AttributesDraft, bodyOf } from './draft.svelte.ts';

const saved = { placeAttribute: 'place', productAttribute: 'product', placeNames: {}, productNames: { fr: 'Vélo' } };
let draft: AttributesDraft;
beforeEach(() => (draft = new AttributesDraft(saved)));

test('nothing has changed until something does, blanks aside', () => {
  expect(draft.changed).toBe(false);
  draft.place.key = ' place ';
  expect(draft.changed).toBe(false);
  draft.place.fr = 'Ville';
  expect(draft.changed).toBe(true);
  expect(bodyOf(draft.body)).toEqual({
    placeAttribute: 'place',
    productAttribute: 'product',
    placeNames: { fr: 'Ville', en: '' },
    productNames: { fr: 'Vélo', en: '' },
  });
});

test.each([
  ['', undefined],
  ['town-2_x', undefined],
  ['Town', 'wrong'],
  ['a b', 'wrong'],
  ['x'.repeat(41), 'wrong'],
  ['place', 'twice'],
])('the product read from "%s" is %s', (key, fault) => {
  draft.product.key = key;
  expect(draft.fault('product')).toBe(fault);
  expect(draft.faults).toBe(fault ? 1 : 0);
});

test('both may be none', () => {
  draft.place.key = draft.product.key = '';
  expect(draft.faults).toBe(0);
});

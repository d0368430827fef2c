import type { Reason } from '@visavis/client';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';
import { ReasonTree, within } from './tree.ts';

const reason = (key: string, fr: string, archived = false): Reason => ({ key, names: { fr, en: '' }, archived });
const tree = new ReasonTree([
  reason('delivery', 'Livraison'),
  reason('stock', 'Stock'),
  reason('delivery/late', 'Retard'),
  reason('old', 'Ancien', true),
]);

test('a reason is called by its path, in the language there is', () => {
  expect(tree.nameOf('delivery/late', 'en')).toBe('Livraison › Retard');
  expect(tree.wordOf('delivery/late', 'fr')).toBe('Retard');
  expect(tree.nameOf('delivery/lost', 'fr')).toBe('Livraison › lost');
});

test('each stands under its parent, and what is archived is given no more', () => {
  expect(tree.live.map(({ key }) => key)).toEqual(['delivery', 'delivery/late', 'stock']);
  expect(within('delivery/late', 'delivery')).toBe(true);
  expect(within('delivery-fee', 'delivery')).toBe(false);
});

test('the nearest reasons come first, none twice, and none that is archived', () => {
  const read = { best: 'stock', next: 'old' };
  expect(nearest(tree, read, ['delivery/late', 'stock', 'gone'])).toEqual({
    near: ['stock'],
    recent: ['delivery/late'],
    rest: ['delivery'],
  });
  expect(nearest(tree, undefined, []).rest).toEqual(['delivery', 'delivery/late', 'stock']);
});

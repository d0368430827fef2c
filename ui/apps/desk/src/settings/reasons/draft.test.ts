import type { BuiltIn, Reason } from '@visavis/client';
import { beforeEach, expect, test } from 'vitest';
import { movedFrom, partOf, ReasonsDraft } from './draft.svelte.ts';

const reason = (key: string, builtIn: BuiltIn | '' = ''): Reason => ({
  key,
  names: { fr: key, en: key },
  ...(builtIn ? { builtIn } : {}),
});
const tree = [reason('delivery', 'delivery'), reason('delivery/late'), reason('stock', 'stock'), reason('other')];
let draft: ReasonsDraft;
beforeEach(() => (draft = new ReasonsDraft(tree)));
const keys = () => draft.body.map(({ key }) => key);

test('nothing has changed until something does', () => {
  expect(draft.changed).toBe(false);
  expect(draft.body).toEqual(tree);
  draft.rename('stock', 'fr', 'Disponibilité');
  expect(draft.changed).toBe(true);
  expect(keys()).toEqual(['delivery', 'delivery/late', 'stock', 'other']);
});

test('a new one gets a key of its name, and nobody else’s', () => {
  const id = draft.add('delivery');
  expect(draft.faults).toBe(1);
  draft.rename(id, 'fr', 'En retard');
  draft.rename(id, 'en', 'Late!');
  expect(keys()).toContain('delivery/late-2');
  expect(draft.faults).toBe(0);
  draft.drop(id);
  expect(draft.changed).toBe(false);
});

test('whoever moves takes those beneath along, and never goes too deep', () => {
  expect(draft.homes('delivery').map(({ id }) => id)).toEqual(['stock', 'other']);
  draft.nest('delivery', 'stock');
  expect(keys()).toEqual(['stock', 'stock/delivery', 'stock/delivery/late', 'other']);
  expect(draft.homes('other').map(({ id }) => id)).toEqual(['stock', 'delivery']);
  expect(movedFrom(tree, draft.body)).toEqual(['delivery']);
});

test('what the reader means goes from one reason to another, and stays with exactly one', () => {
  draft.mean('delivery', 'stock');
  expect(draft.body.map(({ builtIn = '' }) => builtIn)).toEqual(['stock', '', 'delivery', '']);
  draft.mean('stock', 'other');
  expect(draft.body.map(({ builtIn = '' }) => builtIn)).toEqual(['', '', 'delivery', 'stock']);
  expect(draft.meant('stock')).toEqual(['delivery']);
});

test('put away, a reason takes along those beneath it', () => {
  draft.archive('delivery', true);
  expect(draft.body.filter(({ archived }) => archived).map(({ key }) => key)).toEqual(['delivery', 'delivery/late']);
  draft.archive('delivery', false);
  expect(draft.changed).toBe(false);
});

test.each([
  ['Prix & promotions', 'prix-promotions'],
  ['  À l’étranger ', 'a-l-etranger'],
  ['退款', 'reason'],
])('%s is the step %s of a path', (name, part) => {
  expect(partOf(name)).toBe(part);
});

import { expect, test } from 'vitest';
import { begins, judge } from './remap.ts';

const shortcut = (id: string, keys: string) => ({ id, keys, label: id, group: '', run: () => {} });
const list = [shortcut('reply', 'r'), shortcut('resolve', 'e'), shortcut('mine', 'g m'), shortcut('palette', 'mod+k')];

test.each([
  ['x', {}, { kind: 'free' }],
  ['r', {}, { kind: 'free' }], // its own
  ['e', {}, { kind: 'taken', label: 'resolve' }],
  ['e', { resolve: 'x' }, { kind: 'free' }],
  ['e', { resolve: '' }, { kind: 'free' }],
  ['g', {}, { kind: 'taken', label: 'mine' }],
  ['g r', {}, { kind: 'free' }],
  ['e r', {}, { kind: 'taken', label: 'resolve' }],
  ['mod+k', {}, { kind: 'taken', label: 'palette' }],
  ['mod+t', {}, { kind: 'reserved' }],
  ['tab', {}, { kind: 'reserved' }],
  ['f5', {}, { kind: 'reserved' }],
  ['mod+shift+e', {}, { kind: 'free' }],
])('reply on %s, when others are %o: %o', (keys, own, verdict) => {
  expect(judge(keys, 'reply', list, own)).toEqual(verdict);
});

test('only a key that begins two waits for the second', () => {
  expect(begins('g', list, {})).toBe(true);
  expect(begins('r', list, {})).toBe(false);
  expect(begins('g', list, { mine: '' })).toBe(false);
});

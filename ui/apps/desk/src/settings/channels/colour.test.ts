import { expect, test } from 'vitest';
import { contrastWithWhite, presets, readColour } from './colour.ts';

test.each([
  ['#046679', '#046679'],
  [' 046679 ', '#046679'],
  ['#ABC', '#aabbcc'],
  ['duck', 'duck'],
])('%s is read as %s', (typed, colour) => {
  expect(readColour(typed)).toBe(colour);
});

test('contrast is counted as WCAG does', () => {
  expect(contrastWithWhite('#ffffff')).toBeCloseTo(1);
  expect(contrastWithWhite('#000000')).toBeCloseTo(21);
});

test('every colour to begin with carries white words', () => {
  for (const colour of presets) expect(contrastWithWhite(colour)).toBeGreaterThan(4.5);
});

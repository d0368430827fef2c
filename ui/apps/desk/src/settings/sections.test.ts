import { expect, test } from 'vitest';
import { readSection, sectionsFor } from './sections.ts';

test.each([
  ['', 'members', ''],
  ['teams', 'teams', ''],
  ['channels/0199', 'channels', '0199'],
  ['nowhere', 'members', ''],
])('an administrator on "%s" is in %s', (path, name, rest) => {
  expect(readSection(path, sectionsFor(true))).toEqual({ name, rest });
});

test.each(['', 'members', 'account', 'audit'])('anybody else on "%s" is in her account', (path) => {
  expect(readSection(path, sectionsFor(false))).toEqual({ name: 'account', rest: '' });
});

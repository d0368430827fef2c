import { expect, test } from 'vitest';
import { readSection, sectionsFor } from './sections.ts';

test.each([
  ['', 'members', ''],
  ['teams', 'teams', ''],
  ['channels/0199', 'channels', '0199'],
  ['nowhere', 'members', ''],
])('an administrator on "%s" is in %s', (path, name, rest) => {
  expect(readSection(path, sectionsFor('administrator'))).toEqual({ name, rest });
});

test.each(['', 'members', 'account', 'audit'])('an agent on "%s" is in her account', (path) => {
  expect(readSection(path, sectionsFor('agent'))).toEqual({ name: 'account', rest: '' });
});

test('an agent reads ready answers and writes her signature', () => {
  expect(sectionsFor('agent').map(({ name }) => name)).toEqual(['ready', 'signatures', 'account']);
  expect(readSection('ready/0199', sectionsFor('agent'))).toEqual({ name: 'ready', rest: '0199' });
});

test('a supervisor reads how work is shared out, and no member list', () => {
  const names = sectionsFor('supervisor').map(({ name }) => name);
  expect(names).toEqual([
    'promises',
    'priority',
    'routing',
    'rules',
    'reasons',
    'attributes',
    'engine',
    'scenarios',
    'ready',
    'signatures',
    'account',
  ]);
});

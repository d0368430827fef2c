import { expect, test } from 'vitest';
import { terms } from './terms.ts';

const ids = (now: Date) => terms(now).map(({ id }) => id);

test('in the morning of a Wednesday everything is offered', () => {
  expect(ids(new Date(2026, 10, 25, 10))).toEqual(['hour', 'evening', 'tomorrow', 'monday', 'reply', 'date']);
});

test('late in the day there is no evening left', () => {
  expect(ids(new Date(2026, 10, 25, 17))).not.toContain('evening');
});

test('on Sunday, tomorrow is Monday and is said once', () => {
  expect(ids(new Date(2026, 10, 22, 20))).toEqual(['hour', 'tomorrow', 'reply', 'date']);
});

test('on Monday, Monday is the next one', () => {
  const monday = terms(new Date(2026, 10, 23, 8)).find(({ id }) => id === 'monday');
  expect(monday?.at).toEqual(new Date(2026, 10, 30, 9));
});

import { expect, test } from 'vitest';
import { heard } from './heard.ts';
import { mailFr } from '../strings/mail.fr.ts';

test('every reason of the quarantine says what to do', () => {
  const of = (what: string) =>
    Object.keys(mailFr).flatMap((key) => (key.startsWith(what) ? [key.slice(what.length)] : []));
  expect(of('way.')).toEqual(of('reason.'));
  expect(of('reason.').length).toBeGreaterThan(10);
});

test('words that no server said are not called its answer', () => {
  expect(['no-connection', 'certificate', 'no-such-host'].map(heard)).toEqual([false, false, false]);
  expect(['sign-in-refused', 'greylisted', 'refused', ''].map(heard)).toEqual([true, true, true, true]);
});

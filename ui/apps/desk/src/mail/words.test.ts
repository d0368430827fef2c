import { expect, test } from 'vitest';
import { mailFr } from '../strings/mail.fr.ts';

test('every reason of the quarantine says what to do', () => {
  const of = (what: string) =>
    Object.keys(mailFr).flatMap((key) => (key.startsWith(what) ? [key.slice(what.length)] : []));
  expect(of('way.')).toEqual(of('reason.'));
  expect(of('reason.').length).toBeGreaterThan(10);
});

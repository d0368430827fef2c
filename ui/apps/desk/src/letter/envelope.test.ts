import { expect, test } from 'vitest';
import { Envelope } from './envelope.svelte.ts';

test('an envelope that nobody touched says nothing', () => {
  const envelope = new Envelope();
  expect(envelope.head).toBeUndefined();
  envelope.put('cc', []);
  expect(envelope.head).toEqual({ cc: [] });
});

test('what was chosen comes back whole', () => {
  const envelope = new Envelope();
  const head = { to: [{ address: 'camille@example.org' }], subject: 'The brake', quote: true };
  envelope.take(head);
  expect(envelope.head).toEqual(head);
  envelope.take(undefined);
  expect(envelope.head).toBeUndefined();
});

import { expect, test } from 'vitest';
import { Envelope, readAddresses } from './envelope.svelte.ts';

test('addresses are read as people write them', () => {
  expect(readAddresses('Camille Rousseau <camille@example.org>, Yann LG ; yann@mel.example; YANN@mel.example')).toEqual(
    {
      good: [{ name: 'Camille Rousseau', address: 'camille@example.org' }, { address: 'yann@mel.example' }],
      bad: 'Yann LG',
    },
  );
  expect(readAddresses('camille@')).toEqual({ good: [], bad: 'camille@' });
  expect(readAddresses(' , ')).toEqual({ good: [], bad: '' });
});

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

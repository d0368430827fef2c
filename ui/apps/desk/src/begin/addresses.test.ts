import type { Customer, Identity } from '@visavis/client';
import { expect, test } from 'vitest';
import { addresseesOf, inQuotes, readAddresses } from './addresses.ts';

test('addresses are read as people write and paste them', () => {
  const { mailboxes, wrong } = readAddresses(
    'camille@example.org, "Durand, Paul" <paul@example.org>;\nInès Le Goff <ines@example.org>\n',
  );
  expect(wrong).toEqual([]);
  expect(mailboxes).toEqual([
    { address: 'camille@example.org' },
    { address: 'paul@example.org', name: 'Durand, Paul' },
    { address: 'ines@example.org', name: 'Inès Le Goff' },
  ]);
});

test('one person is written to once', () => {
  expect(readAddresses('Camille@example.org; camille@example.org').mailboxes).toHaveLength(1);
});

test('what is an address is taken, and what is none is told', () => {
  expect(readAddresses('Camille Rousseau <camille@example.org>, Yann LG ; yann@mel.example; YANN@mel.example')).toEqual(
    {
      mailboxes: [{ name: 'Camille Rousseau', address: 'camille@example.org' }, { address: 'yann@mel.example' }],
      wrong: ['Yann LG'],
    },
  );
});

test('a comma inside a name in quotes parts nothing', () => {
  expect(inQuotes('"Durand')).toBe(true);
  expect(inQuotes('"Durand, Paul" <paul@example.org>')).toBe(false);
  expect(inQuotes('paul@example.org')).toBe(false);
});

test.each([
  'camille',
  'camille@',
  'camille@example',
  'camille@example.',
  '@example.org',
  'a b@example.org',
  'Camille <camille>',
  'x@y@z',
  '"',
])('%j is no address, and is told as it was written', (text) => {
  expect(readAddresses(text)).toEqual({ mailboxes: [], wrong: [text] });
});

test.each(['', '  ', ' ; , \n'])('%j holds nothing', (text) => {
  expect(readAddresses(text)).toEqual({ mailboxes: [], wrong: [] });
});

test('a long line of quotes is read in no time', () => {
  expect(readAddresses('"'.repeat(50_000)).mailboxes).toEqual([]);
});

test('customers are offered by their addresses, the proved one first; who has none is not', () => {
  const identity = (kind: Identity['kind'], value: string, verified = false): Identity => ({
    id: value,
    kind,
    value,
    verified,
  });
  const customer = (id: string, identities: Identity[]) => ({ id, name: id, face: '', identities }) as Customer;
  const found = addresseesOf([
    customer('camille', [identity('email', 'old@example.org'), identity('email', 'camille@example.org', true)]),
    customer('paul', [identity('phone', '+33600000000', true)]),
  ]);
  expect(found.map(({ address }) => address)).toEqual(['camille@example.org', 'old@example.org']);
});

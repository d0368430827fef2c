import { Api, isProblem } from '@visavis/client';
import { expect, test } from 'vitest';
import { faultOf, isEmpty, Signatures, type Signature, type Signer } from './signatures.svelte.ts';

const lea: Signer = { kind: 'member', owner: 'lea', name: 'Léa' };
const hers = (text: Signature['text'], version: number): Signature => ({
  kind: 'member',
  ownerId: 'lea',
  text,
  version,
});

/** The server's answers, one after the other, and what it was asked. */
function server(...answers: [number, unknown][]) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  const api = new Api({
    fetch: (input, init) => {
      const [status, body] = answers.shift() ?? [500, {}];
      const sent = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
      asked.push({ method: init?.method ?? '', path: String(input), body: sent });
      return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));
    },
  });
  return { api, asked };
}

test('a signature that somebody else has just changed is saved over only when she tries again', async () => {
  const { api, asked } = server(
    [200, { items: [hers({ fr: 'Léa' }, 1)] }],
    [409, { code: 'signature_changed', detail: '', current: hers({ fr: 'Léa, atelier' }, 2) }],
    [200, hers({ fr: 'Léa M.' }, 3)],
  );
  const signatures = new Signatures(api);
  await signatures.load();
  const refused: unknown = await signatures.save(lea, { fr: 'Léa M.' }).catch((error: unknown) => error);
  expect(isProblem(refused, 'signature_changed')).toBe(true);
  expect(signatures.find(lea)?.text.fr).toBe('Léa, atelier');
  await signatures.save(lea, { fr: 'Léa M.' });
  expect(asked.slice(1).map(({ body }) => body)).toEqual([
    { text: { fr: 'Léa M.' }, version: 1 },
    { text: { fr: 'Léa M.' }, version: 2 },
  ]);
  expect(signatures.items).toEqual([hers({ fr: 'Léa M.' }, 3)]);
});

test('an address is one word of a path, and what is gone already is gone', async () => {
  const { api, asked } = server([200, { items: [] }], [404, { code: 'not_found' }]);
  const signatures = new Signatures(api);
  await signatures.load();
  await signatures.remove({ kind: 'brand', owner: 'a/b?c@example.org', name: '' });
  expect(asked[1]?.path).toBe('/api/v1/signatures/brand/a%2Fb%3Fc%40example.org');
});

test('a signature for one address is not hers for all of them', async () => {
  const { api } = server([200, { items: [{ ...hers({ fr: 'x' }, 1), address: 'shop@example.org' }] }]);
  const signatures = new Signatures(api);
  await signatures.load();
  expect(signatures.find(lea)).toBeUndefined();
  expect(signatures.find({ ...lea, address: 'shop@example.org' })?.version).toBe(1);
});

test('hers for one address is written and deleted for that one', async () => {
  const general = hers({ fr: 'Léa' }, 1);
  const shop = { ...hers({ fr: 'Léa, au magasin' }, 1), address: 'a&b@example.org' };
  const { api, asked } = server([200, { items: [general] }], [200, shop], [204, null]);
  const signatures = new Signatures(api);
  await signatures.load();
  const there = { ...lea, address: 'a&b@example.org' };
  await signatures.save(there, shop.text);
  expect(signatures.items).toEqual([general, shop]);
  await signatures.remove(there);
  expect(signatures.items).toEqual([general]);
  expect(asked.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PUT /api/v1/signatures/member/lea?address=a%26b%40example.org',
    'DELETE /api/v1/signatures/member/lea?address=a%26b%40example.org',
  ]);
});

test('what a signature may not be is told with its language', () => {
  expect(faultOf({ fr: 'Léa', en: '{{customer.name}} {{brand}}' })).toEqual({
    language: 'en',
    what: 'unknown',
    names: ['customer.name'],
  });
  expect(faultOf({ fr: 'x\n'.repeat(15) + 'x' })).toEqual({ language: 'fr', what: 'lines' });
  expect(faultOf({ fr: 'x\n'.repeat(15) })).toBeUndefined();
  expect([isEmpty({ fr: ' ' }), isEmpty({ en: 'x' })]).toEqual([true, false]);
});

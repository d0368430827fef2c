import { expect, test, vi } from 'vitest';
import { Api } from './api.ts';
import { isProblem } from './problem.ts';

const json = (status: number, body: unknown, headers = {}) => new Response(JSON.stringify(body), { status, headers });
type Call = [url: string, init: RequestInit & { headers: Record<string, string> }];
const calls = (fetch: { mock: { calls: unknown[][] } }) => fetch.mock.calls as unknown as Call[];

test('a POST keeps its key through every try', async () => {
  const fetch = vi
    .fn()
    .mockRejectedValueOnce(new TypeError('cut'))
    .mockResolvedValueOnce(json(503, {}))
    .mockResolvedValueOnce(json(200, { id: 'm' }));
  const api = new Api({ fetch, pauses: [0, 0] });
  expect(await api.post('/session', { email: 'lea@shop.example', password: 'x' })).toEqual({ id: 'm' });
  const keys = calls(fetch).map(([, init]) => init.headers['Idempotency-Key']);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test('a PATCH is never repeated: it could happen twice', async () => {
  const fetch = vi.fn().mockRejectedValue(new TypeError('cut'));
  const api = new Api({ fetch, pauses: [0, 0] });
  await expect(api.patch('/me', {})).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  expect(fetch).toHaveBeenCalledOnce();
});

test('a refusal is read whole', async () => {
  const body = {
    code: 'conversation_changed',
    detail: 'Changed.',
    current: { id: 'c', version: 3 },
    errors: [{ location: 'body.email', message: 'not an address' }],
  };
  const api = new Api({ fetch: vi.fn().mockResolvedValue(json(409, body, { 'Retry-After': '7' })) });
  const problem: unknown = await api.get('/me').catch((error: unknown) => error);
  if (!isProblem(problem, 'conversation_changed')) throw new Error('no problem');
  expect(problem.current).toEqual({ id: 'c', version: 3 });
  expect(problem.field('email')).toBe('not an address');
  expect(problem.retryAfter).toBe(7);
  expect(problem.passing).toBe(false);
});

test('an answer that is not JSON is still a problem with a status', async () => {
  const api = new Api({ fetch: vi.fn().mockResolvedValue(new Response('<html>', { status: 400 })) });
  await expect(api.get('/me')).rejects.toMatchObject({ status: 400, code: 'http_400' });
});

test('the visitor’s token travels in a header, never in the address', async () => {
  const fetch = vi.fn().mockImplementation(async () => json(200, {}));
  const api = new Api({ fetch, visitor: () => 'secret' });
  await api.get('/conversations', { limit: 3, cursor: undefined });
  const [call] = calls(fetch);
  expect(call?.[0]).toBe('/api/v1/conversations?limit=3');
  expect(call?.[1].headers['Authorization']).toBe('Visitor secret');
});

test('what is asked behind the question mark goes with any verb', async () => {
  const fetch = vi.fn().mockImplementation(async () => json(200, {}));
  const api = new Api({ fetch });
  const path: `/signatures/${string}/${string}` = '/signatures/member/lea';
  await api.put(path, { text: {}, version: 0 }, { query: { address: 'a+b@shop.example' } });
  expect(calls(fetch)[0]?.[0]).toBe('/api/v1/signatures/member/lea?address=a%2Bb%40shop.example');
});

test('a refusal of a token that was replaced while it was on its way signs nobody out', async () => {
  const onsignedout = vi.fn();
  let token = 'before';
  const fetch = vi.fn().mockImplementation(async () => {
    token = 'after';
    return json(401, { code: 'signed_out' });
  });
  const api = new Api({ fetch, visitor: () => token, onsignedout });
  await expect(api.get('/visitor')).rejects.toMatchObject({ status: 401 });
  expect(onsignedout).not.toHaveBeenCalled();
});

test('a session that is not known any more is told once to who asked to know', async () => {
  const onsignedout = vi.fn();
  const api = new Api({ fetch: vi.fn().mockResolvedValue(json(401, { code: 'signed_out' })), onsignedout });
  await expect(api.get('/me')).rejects.toMatchObject({ status: 401 });
  expect(onsignedout).toHaveBeenCalledOnce();
});

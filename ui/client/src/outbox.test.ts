import { beforeEach, expect, test, vi } from 'vitest';
import { Outbox, type Pending, type Shelf } from './outbox.ts';
import { Problem } from './problem.ts';

class Drawer implements Shelf {
  #kept = new Map<string, string>();
  getItem = (key: string) => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#kept.set(key, value);
}
type Words = { text: string };
const cut = () => Promise.reject(new Problem({ status: 0, code: 'unreachable' }));
const alone = (_name: string, task: () => Promise<void>) => task();
let shelf: Drawer;
beforeEach(() => (shelf = new Drawer()));

function outbox(send: (pending: Pending<Words>) => Promise<unknown>, more = {}) {
  return new Outbox<Words>({ key: 'box', send, shelf, alone, pauseMs: 1e8, ...more });
}

test('words of a conversation leave in the order they were written', async () => {
  const sent: string[] = [];
  const box = outbox(async ({ body }) => void sent.push(body.text));
  box.add('a', { text: 'one' });
  box.add('a', { text: 'two' });
  box.add('a', { text: 'three' });
  await vi.waitFor(() => expect(sent).toEqual(['one', 'two', 'three']));
  await vi.waitFor(() => expect(box.items).toEqual([]));
});

test('a cut keeps words and their order; the return of the line sends each once, under its first key', async () => {
  let up = false;
  const keys: string[] = [];
  const box = outbox(({ clientId }) => {
    keys.push(clientId);
    return up ? Promise.resolve() : cut();
  });
  const first = box.add('a', { text: 'one' });
  const second = box.add('a', { text: 'two' });
  await box.flush();
  await box.flush();
  expect(keys).not.toContain(second.clientId);
  expect(box.waiting).toBe(2);
  up = true;
  keys.length = 0;
  await box.flush();
  expect(keys).toEqual([first.clientId, second.clientId]);
  expect(box.items).toEqual([]);
});

test('flushing many times at once never sends a word twice', async () => {
  let release = () => {};
  const send = vi.fn(() => new Promise<void>((done) => (release = done)));
  const box = outbox(send);
  box.add('a', { text: 'one' });
  void box.flush();
  void box.flush();
  await vi.waitFor(() => expect(send).toHaveBeenCalled());
  release();
  await vi.waitFor(() => expect(box.items).toEqual([]));
  expect(send).toHaveBeenCalledOnce();
});

test('a page that died while sending sends the same word under the same key', async () => {
  const box = outbox(() => new Promise(() => {}));
  const { clientId } = box.add('a', { text: 'one' });
  const keys: string[] = [];
  const next = outbox(async (pending) => void keys.push(pending.clientId));
  await next.flush();
  expect(keys).toEqual([clientId]);
});

test('what another tab has sent is not sent again', async () => {
  let up = false;
  const late = vi.fn(() => (up ? Promise.resolve() : cut()));
  const offline = outbox(late);
  offline.add('a', { text: 'one' });
  await offline.flush();
  const here = vi.fn(async () => {});
  await outbox(here).flush();
  expect(here).toHaveBeenCalledOnce();
  up = true;
  late.mockClear();
  await offline.flush();
  expect(late).not.toHaveBeenCalled();
  expect(offline.items).toEqual([]);
});

test('a refusal stops only its own word and stays visible', async () => {
  const onrefused = vi.fn();
  const box = outbox(
    ({ body }) =>
      body.text === 'bad'
        ? Promise.reject(new Problem({ status: 409, code: 'conversation_resolved' }))
        : Promise.resolve(),
    { onrefused },
  );
  const bad = box.add('a', { text: 'bad' });
  box.add('a', { text: 'good' });
  await vi.waitFor(() => expect(box.items).toHaveLength(1));
  expect(box.items[0]).toMatchObject({ clientId: bad.clientId, state: 'refused', code: 'conversation_resolved' });
  expect(onrefused).toHaveBeenCalledOnce();
});

test('a refused word sent again with other content is another word', async () => {
  let refuse = true;
  const keys: string[] = [];
  const box = outbox(({ clientId }) => {
    keys.push(clientId);
    return refuse ? Promise.reject(new Problem({ status: 409, code: 'conversation_resolved' })) : Promise.resolve();
  });
  const { clientId } = box.add('a', { text: 'one' });
  await vi.waitFor(() => expect(box.items[0]?.state).toBe('refused'));
  refuse = false;
  box.retry(clientId, { text: 'one', reopen: true } as Words);
  await vi.waitFor(() => expect(box.items).toEqual([]));
  expect(keys[1]).not.toBe(clientId);
});

test('one conversation that is not heard does not hold the others back', async () => {
  const sent: string[] = [];
  const box = outbox(({ lane }) => (lane === 'a' ? cut() : Promise.resolve(sent.push(lane))));
  box.add('a', { text: 'one' });
  box.add('b', { text: 'two' });
  await vi.waitFor(() => expect(sent).toEqual(['b']));
  expect(box.waiting).toBe(1);
});

test('a full shelf loses nothing while the page lives', async () => {
  const full: Shelf = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    },
  };
  const sent: string[] = [];
  const box = new Outbox<Words>({
    key: 'box',
    shelf: full,
    alone,
    send: async ({ body }) => void sent.push(body.text),
  });
  box.add('a', { text: 'one' });
  await vi.waitFor(() => expect(sent).toEqual(['one']));
});

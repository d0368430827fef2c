import type { SavedView, ViewList } from '@visavis/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { apiOf } from './sample.ts';
import { Session } from './session.svelte.ts';
import { hashOf, listOf, placeOf } from './views.svelte.ts';

const angry: ViewList = { view: 'all', state: 'open', mood: 'negative' };
const here = { view: 'all', teamId: null, state: 'open', filter: { mood: 'negative' } } as const;
const view = (id: string, more: Partial<SavedView> = {}): SavedView => ({
  id,
  name: id,
  sharing: 'own',
  ownerId: 'lea',
  list: angry,
  mayChange: true,
  version: 1,
  createdAt: '',
  ...more,
});

let server: SavedView[];
let sent: string[];
/** How the server refuses; status 0 is no server at all. */
let refusal: { status: number; code: string } | undefined;
let shelf: Record<string, string>;
let session: Session;

beforeEach(() => {
  server = [view('a'), view('b'), view('s', { sharing: 'workspace', ownerId: 'sam' })];
  sent = [];
  refusal = undefined;
  shelf = {};
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => shelf[key] ?? null,
    setItem: (key: string, value: string) => (shelf[key] = value),
  });
  open();
});

/** The server in small: it knows views, and refuses when it is told to. */
function open() {
  const answer = (method: string, path: string, body: unknown) => {
    if (path.endsWith('/views/counts')) return { items: server.map(({ id }) => ({ id, count: 1200, more: false })) };
    if (method === 'GET' && path.endsWith('/views')) return { items: [...server] };
    if (method === 'GET' || !path.includes('/views')) return {};
    sent.push(`${method} ${JSON.stringify(body ?? {})}`);
    if (refusal?.status === 0) throw new Error('away');
    if (refusal) return new Response(JSON.stringify(refusal), { status: refusal.status });
    const id = path.split('/').at(-1) ?? '';
    if (method === 'DELETE') {
      server = server.filter((one) => one.id !== id);
      return undefined;
    }
    const { afterId, ...rest } = body as Partial<SavedView> & { afterId?: string };
    const kept =
      method === 'POST'
        ? view(`n${sent.length}`, rest)
        : view(id, { ...server.find((one) => one.id === id), ...rest, version: 2 });
    server = server.filter((one) => one.id !== kept.id);
    const at = afterId === undefined ? server.length : server.findIndex((one) => one.id === afterId) + 1;
    server = [...server.slice(0, at), kept, ...server.slice(at)];
    return kept;
  };
  session = new Session(apiOf(answer));
  session.takeMe({ member: { id: 'lea', role: 'supervisor', locale: 'fr' }, workspace: {} } as never);
}
const names = () => session.views.all.map(({ name }) => name);
const toast = () => session.toasts.items.at(-1);

test('a list goes to the server and comes back the same', () => {
  const list: ViewList = {
    view: 'team',
    teamId: 't',
    state: 'resolved',
    reason: 'delivery/late',
    dissatisfied: true,
    urgency: 'now',
  };
  expect(listOf(placeOf(list))).toEqual(list);
  expect(hashOf({ list })).toBe('#/team/t/resolved?reason=delivery%2Flate&dissatisfied=true&urgency=now');
});

test('hers come before what is shared, with how many they show', async () => {
  await session.views.start();
  expect(session.views.own.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(session.views.of(here)?.id).toBe('a');
  expect(session.views.of({ ...here, filter: {} })).toBeUndefined();
  expect(session.views.countOf(view('s'))).toBe('999+');
});

test('one that is kept shows at once, and undone it is gone again', async () => {
  await session.views.start();
  session.views.keep({ ...here, view: 'mine' }, 'Les miens fâchés');
  expect(names()).toEqual(['a', 'b', 'Les miens fâchés', 's']);
  await vi.waitFor(() => expect(server).toHaveLength(4));
  await session.toasts.act(toast()?.id ?? 0);
  await vi.waitFor(() => expect(server).toHaveLength(3));
  expect(names()).toEqual(['a', 'b', 's']);
});

test('one that is deleted comes back where it was', async () => {
  await session.views.start();
  session.views.delete(session.views.own[0] as SavedView);
  expect(names()).toEqual(['b', 's']);
  await vi.waitFor(() => expect(server).toHaveLength(2));
  await session.toasts.act(toast()?.id ?? 0);
  expect(names()).toEqual(['a', 'b', 's']);
  expect(sent.at(-1)).toContain('"afterId":""');
});

test('fast presses move one view twice, and it stands as it was put', async () => {
  server.splice(2, 0, view('c'));
  await session.views.start();
  const moved = () => session.views.own.find(({ id }) => id === 'c') as SavedView;
  expect(session.views.canMove(moved(), 1)).toBe(false);
  session.views.move(moved(), -1);
  session.views.move(moved(), -1);
  expect(names()).toEqual(['c', 'a', 'b', 's']);
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent).toEqual(['PATCH {"afterId":"a","version":1}', 'PATCH {"afterId":"","version":2}']);
  await vi.waitFor(() => expect(server[0]?.id).toBe('c'));
  expect(names()).toEqual(['c', 'a', 'b', 's']);
});

test.each([
  ['view_changed', 409, 'refused.changed'],
  ['too_many', 409, 'refused.many'],
  ['internal', 500, 'refused'],
])('what is refused as %s is put back, and said', async (code, status) => {
  await session.views.start();
  refusal = { status, code };
  session.views.rename(session.views.own[0] as SavedView, ' Autre ');
  expect(names()[0]).toBe('Autre');
  await vi.waitFor(() => expect(toast()?.refused).toBe(true));
  expect(names()[0]).toBe('a');
});

test('shared and taken back by one press', async () => {
  await session.views.start();
  session.views.share(session.views.own[1] as SavedView, { sharing: 'workspace' });
  expect(session.views.shared.map(({ id }) => id)).toContain('b');
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  await session.toasts.act(toast()?.id ?? 0);
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(JSON.parse(sent[1]?.slice(6) ?? '')).toMatchObject({ sharing: 'own', afterId: 'a' });
});

test('another name is taken back, and nothing of hers stays when she leaves', async () => {
  await session.views.start();
  session.views.rename(session.views.own[0] as SavedView, 'Fâchés');
  await vi.waitFor(() => expect(server.map(({ name }) => name)).toContain('Fâchés'));
  await session.toasts.act(toast()?.id ?? 0);
  await vi.waitFor(() => expect(server.map(({ name }) => name)).not.toContain('Fâchés'));
  session.views.forget();
  expect(session.views.all).toEqual([]);
});

test('what the browser kept is taken over once, and nothing is lost when the server is away', async () => {
  const views = [
    { name: 'Même liste', hash: '#/all/open?mood=negative' },
    { name: 'x'.repeat(99), hash: '#/mine/open?urgency=now' },
  ];
  shelf['visavis.preferences'] = JSON.stringify({ views });
  open();
  refusal = { status: 0, code: '' };
  await session.views.start();
  expect(session.preferences.taken).toEqual([]);
  refusal = undefined;
  await session.views.start();
  expect(session.views.own.map(({ name }) => name)).toEqual(['a', 'b', 'x'.repeat(80)]);
  expect(session.preferences.taken).toEqual(['lea']);
  expect(JSON.parse(shelf['visavis.preferences'] ?? '{}')).toMatchObject({ views, taken: ['lea'] });
  const times = sent.length;
  await session.views.start();
  expect(sent).toHaveLength(times);
});

import { Problem, type Api } from '@visavis/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveBoard } from './board.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const floor = (waiting: number) => ({ waiting });
function room(get: () => Promise<unknown>) {
  const api = { get: vi.fn(get) };
  return { api, live: new LiveBoard(api as unknown as Api) };
}
const page = () => Object.assign(new EventTarget(), { hidden: false }) as unknown as Document & { hidden: boolean };

it('reads once when many things happen together', async () => {
  const { api, live } = room(() => Promise.resolve(floor(1)));
  for (let i = 0; i < 20; i++) live.happened();
  await vi.advanceTimersByTimeAsync(2000);
  expect(api.get).toHaveBeenCalledTimes(1);
  expect(live.phase).toBe('ready');
});

it('reads every few seconds, but not behind a closed curtain', async () => {
  const { api, live } = room(() => Promise.resolve(floor(1)));
  const shown = page();
  const stop = live.watch(shown);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(api.get).toHaveBeenCalledTimes(3);
  Object.assign(shown, { hidden: true });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(api.get).toHaveBeenCalledTimes(3);
  Object.assign(shown, { hidden: false });
  shown.dispatchEvent(new Event('visibilitychange'));
  expect(api.get).toHaveBeenCalledTimes(4);
  stop();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(api.get).toHaveBeenCalledTimes(4);
});

it('keeps what it last read when the server is away, and says failed only when it never read', async () => {
  let up = false;
  const { live } = room(() =>
    up ? Promise.resolve(floor(3)) : Promise.reject(new Problem({ status: 0, code: 'unreachable' })),
  );
  await live.load();
  expect(live.phase).toBe('failed');
  up = true;
  await live.load();
  expect([live.phase, live.board?.waiting]).toEqual(['ready', 3]);
  up = false;
  await live.load();
  expect([live.phase, live.board?.waiting]).toEqual(['ready', 3]);
});

it('drops the answer about another team, and goes back to all when the team is gone', async () => {
  const answers: ((value: unknown) => void)[] = [];
  const { live, api } = room(() => new Promise((done) => answers.push(done)));
  void live.load();
  live.teamId = 't';
  answers[1]?.(floor(2));
  await vi.advanceTimersByTimeAsync(0);
  answers[0]?.(floor(1));
  await vi.advanceTimersByTimeAsync(0);
  expect(live.board?.waiting).toBe(2);
  api.get.mockImplementation((...[, query]: unknown[]) =>
    (query as { teamId: string | null }).teamId
      ? Promise.reject(new Problem({ status: 404, code: 'not_found' }))
      : Promise.resolve(floor(9)),
  );
  await live.load();
  await vi.advanceTimersByTimeAsync(0);
  expect([live.teamId, live.board?.waiting]).toEqual(['', 9]);
});

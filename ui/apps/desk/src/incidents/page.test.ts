import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { apiOf } from '../state/sample.ts';
import type { Session } from '../state/session.svelte.ts';
import { Page } from './page.svelte.ts';

/** An incident of which somebody is still to be told; every answer waits until it is let go. */
function scene() {
  const held: ((told: number) => void)[] = [];
  const api = apiOf(
    () =>
      new Promise((go) =>
        held.push((told) =>
          go({ id: 'i', state: 'solved', texts: { solved: { fr: 'Réparé' } }, tallies: [{ told, conversations: 9 }] }),
        ),
      ),
  );
  let say = (_: string) => {};
  const incidents = { load: () => Promise.resolve(), on: (hear: typeof say) => ((say = hear), () => (say = () => {})) };
  const page = new Page({ api, incidents } as unknown as Session, 'i');
  const told = () => page.incident?.tallies?.[0]?.told;
  return { page, held, told, happens: () => say('i') };
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('looks again while somebody is still to be told, and no longer once it is left', async () => {
  const { page, held } = scene();
  const leave = page.watch();
  held[0]?.(1);
  await settle(2000);
  expect(held).toHaveLength(2);
  leave();
  held[1]?.(2);
  await settle(60_000);
  expect(held).toHaveLength(2);
  const undone = page.decide('undo');
  held[2]?.(2);
  await settle();
  held[3]?.(2);
  expect(await undone).toBe(true);
  await settle(60_000);
  expect(held).toHaveLength(4);
});

test('an older answer does not take the place of a newer one', async () => {
  const { page, held, told, happens } = scene();
  const leave = page.watch();
  happens();
  held[1]?.(5);
  await settle();
  held[0]?.(3);
  await settle();
  expect(told()).toBe(5);
  leave();
});

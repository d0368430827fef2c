import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReaderState } from '@visavis/client';
import { apiOf } from '../../state/sample.ts';
import { ReaderWatch } from './reader.svelte.ts';

const scores = { reason: 0.7, mood: 0.7, dissatisfied: 0.9, urgency: 0.7 };
const resting: ReaderState = { engine: 'built-in', model: 'built-in-1', corrections: 9, sinceTraining: 9, scores };
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it is followed while it learns, and how that ended is said once', async () => {
  const answers: ReaderState[] = [
    resting,
    { ...resting, training: { progress: 0 } },
    { ...resting, training: { progress: 0.5 } },
    { ...resting, lastTraining: { at: '2026-11-30T04:00:00Z', outcome: 'refused' } },
  ];
  const asked: string[] = [];
  const watch = new ReaderWatch(
    apiOf((method) => {
      asked.push(method);
      return answers.shift();
    }),
  );
  await watch.load();
  expect(watch.ended).toBe(false);
  await watch.train();
  await vi.advanceTimersByTimeAsync(4000);
  expect(asked).toEqual(['GET', 'POST', 'GET', 'GET']);
  expect([watch.ended, watch.state?.lastTraining?.outcome]).toEqual([true, 'refused']);
});

test('when it cannot be asked, that is said, and asked again', async () => {
  const answers: (() => ReaderState | Response)[] = [() => new Response('{}', { status: 500 }), () => resting];
  const watch = new ReaderWatch(apiOf(() => answers.shift()?.()));
  await watch.load();
  expect(watch.failed).toBe(true);
  await watch.load();
  expect([watch.failed, watch.state?.corrections]).toEqual([false, 9]);
});

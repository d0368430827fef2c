import { Problem } from '@visavis/client';
import { expect, test } from 'vitest';
import { Stock } from './stock.svelte.ts';

interface Thing {
  id: string;
  version: number;
}

/** A server of three things, whose answers come when they are let. */
async function house() {
  let kept: Thing[] = ['a', 'b', 'c'].map((id) => ({ id, version: 1 }));
  const gates: ((problem?: Problem) => void)[] = [];
  const sent: string[] = [];
  const stock = new Stock<Thing>(async () => await Promise.resolve(kept));
  await stock.load();
  const order = (words: string) => {
    const ids = [...words];
    return stock.order(
      ids,
      () =>
        new Promise((done, fail) => {
          sent.push(words);
          gates.push((problem) => {
            if (problem) return fail(problem);
            kept = ids.map((id) => ({ id, version: sent.length + 1 }));
            done();
          });
        }),
    );
  };
  const shown = () => stock.items.map(({ id }) => id).join('');
  const answer = async (problem?: Problem) => {
    gates.shift()?.(problem);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { order, shown, answer, sent, stock };
}

test('of orders that come while one is on its way the last is sent, and none is shown undone', async () => {
  const { order, shown, answer, sent, stock } = await house();
  const first = order('acb');
  const others = [order('cab'), order('cba')];
  expect([shown(), sent]).toEqual(['cba', ['acb']]);
  await answer();
  expect([shown(), sent]).toEqual(['cba', ['acb', 'cba']]);
  await answer();
  expect([shown(), stock.items[0]?.version]).toEqual(['cba', 3]);
  expect(await Promise.all([first, ...others])).toEqual([undefined, undefined, undefined]);
});

test('an order that is refused leaves what was kept last, and the next one is sent', async () => {
  const { order, shown, answer, sent } = await house();
  const first = order('acb');
  void order('cab');
  await answer();
  await answer(new Problem({ status: 409, code: 'conflict' }));
  expect((await first)?.code).toBe('conflict');
  expect(shown()).toBe('acb');
  void order('bca');
  expect([shown(), sent.at(-1)]).toEqual(['bca', 'bca']);
});

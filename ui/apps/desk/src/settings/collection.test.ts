import { Problem } from '@visavis/client';
import { expect, test } from 'vitest';
import { Collection } from './collection.svelte.ts';

const thing = (id: string, name: string, version = 1) => ({ id, name, version });
type Thing = ReturnType<typeof thing>;

async function loaded(items: Thing[], one: (id: string) => Promise<Thing> = () => Promise.reject(new Error('no'))) {
  const collection = new Collection<Thing>({ list: () => Promise.resolve(items), one });
  await collection.load();
  return collection;
}
const names = (collection: Collection<Thing>) => collection.items.map((item) => item.name);

test('a change shows before the server has answered', async () => {
  const collection = await loaded([thing('1', 'Atelier')]);
  let answer: (item: Thing) => void = () => {};
  const saved = collection.change(thing('1', 'Garage'), () => new Promise((resolve) => (answer = resolve)));
  expect(names(collection)).toEqual(['Garage']);
  answer(thing('1', 'Garage', 2));
  expect(await saved).toEqual({ kind: 'saved', item: thing('1', 'Garage', 2) });
});

test('a refused change is taken back and says why', async () => {
  const collection = await loaded([thing('1', 'Atelier')]);
  const problem = new Problem({ status: 422, code: 'invalid' });
  expect(await collection.change(thing('1', ''), () => Promise.reject(problem))).toEqual({ kind: 'refused', problem });
  expect(names(collection)).toEqual(['Atelier']);
});

test('when somebody was faster, theirs is read and shown', async () => {
  const theirs = thing('1', 'Réparations', 2);
  const collection = await loaded([thing('1', 'Atelier')], () => Promise.resolve(theirs));
  const problem = new Problem({ status: 409, code: 'team_changed' });
  const outcome = await collection.change(thing('1', 'Garage'), () => Promise.reject(problem));
  expect(outcome).toEqual({ kind: 'changed', theirs });
  expect(names(collection)).toEqual(['Réparations']);
});

test('a rule of the house is a refusal, not a change by somebody else', async () => {
  const collection = await loaded([thing('1', 'Léa')]);
  const problem = new Problem({ status: 409, code: 'last_administrator' });
  expect((await collection.change(thing('1', 'Léa'), () => Promise.reject(problem))).kind).toBe('refused');
});

test('what was removed comes back in its place when the server says no', async () => {
  const collection = await loaded([thing('1', 'a'), thing('2', 'b'), thing('3', 'c')]);
  await collection.remove('2', () => Promise.reject(new Error('network')));
  expect(names(collection)).toEqual(['a', 'b', 'c']);
  expect(await collection.remove('2', () => Promise.resolve())).toBeUndefined();
  expect(names(collection)).toEqual(['a', 'c']);
});

test('removing what is already gone is no failure', async () => {
  const collection = await loaded([thing('1', 'a')]);
  const gone = new Problem({ status: 404, code: 'not_found' });
  expect(await collection.remove('1', () => Promise.reject(gone))).toBeUndefined();
  expect(names(collection)).toEqual([]);
});

test('a list that was read once survives a failed reading', async () => {
  let works = true;
  const collection = new Collection<Thing>({
    list: () => (works ? Promise.resolve([thing('1', 'a')]) : Promise.reject(new Error('no'))),
    one: () => Promise.reject(new Error('no')),
  });
  await collection.load();
  works = false;
  await collection.load();
  expect(collection.status).toBe('ready');
  expect(names(collection)).toEqual(['a']);
});

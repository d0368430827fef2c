import { Problem } from '@visavis/client';
import { expect, test } from 'vitest';
import { change, create, remove, type Shelf } from './outcome.ts';

const thing = (name: string, version = 1) => ({ id: '1', name, version });
type Thing = ReturnType<typeof thing>;

function shelf(first: Thing, read: () => Promise<Thing> = () => Promise.reject(new Error('no'))) {
  const kept = new Map([[first.id, first]]);
  const made: Shelf<Thing> = {
    find: (id) => kept.get(id),
    take: (item) => kept.set(item.id, item),
    drop: (id) => kept.delete(id),
    read,
  };
  return { ...made, shown: () => kept.get('1')?.name };
}
const refuse = (status: number, code: string) => () => Promise.reject(new Problem({ status, code }));

test('a change shows before the server has answered', async () => {
  const teams = shelf(thing('Atelier'));
  let answer: (item: Thing) => void = () => {};
  const outcome = change(teams, thing('Garage'), () => new Promise((resolve) => (answer = resolve)));
  expect(teams.shown()).toBe('Garage');
  answer(thing('Garage', 2));
  expect(await outcome).toEqual({ kind: 'saved', item: thing('Garage', 2) });
});

test('a refused change is taken back and says why', async () => {
  const teams = shelf(thing('Atelier'));
  expect(await change(teams, thing(''), refuse(422, 'invalid'))).toMatchObject({
    kind: 'refused',
    problem: { code: 'invalid' },
  });
  expect(teams.shown()).toBe('Atelier');
});

test('when somebody was faster, theirs is read and shown', async () => {
  const theirs = thing('Réparations', 2);
  const teams = shelf(thing('Atelier'), () => Promise.resolve(theirs));
  expect(await change(teams, thing('Garage'), refuse(409, 'team_changed'))).toEqual({ kind: 'changed', theirs });
  expect(teams.shown()).toBe('Réparations');
});

test('a rule of the house is a refusal, not a change by somebody else', async () => {
  expect((await change(shelf(thing('Léa')), thing('Léa'), refuse(409, 'last_administrator'))).kind).toBe('refused');
});

test('what somebody deleted meanwhile goes', async () => {
  const teams = shelf(thing('Atelier'));
  expect(await change(teams, thing('Garage'), refuse(404, 'not_found'))).toEqual({ kind: 'gone' });
  expect(teams.shown()).toBeUndefined();
});

test('a lost network is said as such', async () => {
  const outcome = await create(shelf(thing('a')), () => Promise.reject(new TypeError('fetch')));
  expect(outcome).toMatchObject({ kind: 'refused', problem: { status: 0 } });
});

test('what was removed comes back when the server says no, and stays away when it had gone already', async () => {
  const teams = shelf(thing('Atelier'));
  expect(await remove(teams, thing('Atelier'), refuse(0, 'unreachable'))).toMatchObject({ code: 'unreachable' });
  expect(teams.shown()).toBe('Atelier');
  expect(await remove(teams, thing('Atelier'), refuse(404, 'not_found'))).toBeUndefined();
  expect(teams.shown()).toBeUndefined();
});

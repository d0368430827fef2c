import { expect, test } from 'vitest';
import { differences } from './difference.ts';

interface Team {
  name: string;
  members: string[];
}
const fields = [
  { label: 'Nom', value: (team: Team) => team.name, words: (team: Team) => team.name },
  { label: 'Membres', value: (team: Team) => team.members },
];

test('only what changed is told, in words where it has some', () => {
  const before = { name: 'Atelier', members: ['a'] };
  expect(differences(before, { name: 'Atelier', members: ['a'] }, fields)).toEqual([]);
  expect(differences(before, { name: 'Garage', members: ['a', 'b'] }, fields)).toEqual([
    { field: 'Nom', before: 'Atelier', after: 'Garage' },
    { field: 'Membres' },
  ]);
});

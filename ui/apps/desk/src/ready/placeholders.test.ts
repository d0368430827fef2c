import { expect, test } from 'vitest';
import { filled, inserted, namesIn, signed } from './placeholders.ts';

test('a name is found once, with or without spaces', () => {
  expect(namesIn('{{brand}} {{ customer.firstName }} {{brand}} {{}} {brand}')).toEqual(['brand', 'customer.firstName']);
});

test('a value takes the place of its name and is not read again; what has none stays', () => {
  expect(filled('Bonjour {{customer.name}}, {{promise}}', { 'customer.name': '{{promise}}' })).toBe(
    'Bonjour {{promise}}, {{promise}}',
  );
});

test('what every object has is no value', () => {
  expect(filled('{{constructor}} {{toString}}', {})).toBe('{{constructor}} {{toString}}');
});

test('a line of a signature that names what there is none of is left out', () => {
  expect(signed('{{name}}\n{{team}}\nArzel', { name: 'Léa Martin', team: '' })).toBe('Léa Martin\nArzel');
});

test('a name is put in the place of what is selected, and one goes on writing after it', () => {
  expect(inserted('Bonjour X !', 'customer.firstName', 8, 9)).toEqual({
    text: 'Bonjour {{customer.firstName}} !',
    at: 30,
  });
});

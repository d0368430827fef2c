import { expect, test } from 'vitest';
import { barsOf, groupsOf, overnight, problemsOf, weekText } from './week.ts';

const slot = (day: number, from: string, to: string) => ({ day, from, to });
const weekdays = [1, 2, 3, 4, 5].map((day) => slot(day, '09:00', '18:00'));

test('a night runs over midnight into the next day', () => {
  const night = slot(5, '22:00', '02:00');
  expect(overnight(night)).toBe(true);
  expect(barsOf([night], 5)).toEqual([{ from: 1320, to: 1440 }]);
  expect(barsOf([night], 6)).toEqual([{ from: 0, to: 120 }]);
});

test('a Sunday night comes out on Monday', () => {
  expect(barsOf([slot(7, '20:00', '04:00')], 1)).toEqual([{ from: 0, to: 240 }]);
});

test('a whole day closes at 24:00 and is no night', () => {
  expect(overnight(slot(1, '00:00', '24:00'))).toBe(false);
  expect(barsOf([slot(1, '00:00', '24:00')], 1)).toEqual([{ from: 0, to: 1440 }]);
  expect(barsOf([slot(1, '00:00', '24:00')], 2)).toEqual([]);
});

test.each([
  ['touching slots are fine', [slot(1, '09:00', '12:00'), slot(1, '12:00', '18:00')], [undefined, undefined]],
  ['slots of a day overlap', [slot(1, '09:00', '12:00'), slot(1, '11:00', '18:00')], [undefined, 'overlap']],
  ['a night overlaps the next morning', [slot(1, '22:00', '08:00'), slot(2, '07:00', '12:00')], [undefined, 'overlap']],
  ['a Sunday night overlaps Monday', [slot(1, '03:00', '12:00'), slot(7, '20:00', '04:00')], [undefined, 'overlap']],
  ['what is no time says so', [slot(1, '9', '25:00')], ['time']],
] as const)('%s', (_, week, wrong) => {
  expect(problemsOf(week)).toEqual(wrong);
});

test('days with the same hours are read together', () => {
  expect(groupsOf([...weekdays, slot(6, '10:00', '12:00')]).map(({ first, last }) => [first, last])).toEqual([
    [1, 5],
    [6, 6],
  ]);
  const name = (day: number) => ['lun.', 'mar.', 'mer.', 'jeu.', 'ven.', 'sam.', 'dim.'][day - 1] ?? '';
  expect(weekText([...weekdays, slot(6, '10:00', '12:00')], name, 'toujours')).toBe(
    'lun. – ven. 09:00–18:00 · sam. 10:00–12:00',
  );
});

test('every hour of the week has a word of its own', () => {
  const always = [1, 2, 3, 4, 5, 6, 7].map((day) => slot(day, '00:00', '24:00'));
  expect(weekText(always, String, 'jour et nuit')).toBe('jour et nuit');
});

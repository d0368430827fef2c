import { expect, test } from 'vitest';
import { copyDay, minutes, nextSlot, problems, readClock, sorted } from './hours.ts';

const slot = (day: number, from: string, to: string) => ({ day, from, to });

test('only a closing time may be the end of the day', () => {
  expect(minutes('24:00', true)).toBe(1440);
  expect(minutes('24:00')).toBeUndefined();
});

test.each([
  ['9', '09:00'],
  ['9h', '09:00'],
  ['9 h 30', '09:30'],
  ['09h30', '09:30'],
  ['9.30', '09:30'],
  ['930', '09:30'],
  ['18:45', '18:45'],
  ['6pm', '18:00'],
  ['12 am', '00:00'],
  ['12:30 pm', '12:30'],
  ['soon', 'soon'],
  ['', ''],
])('%s is read as %s', (typed, clock) => {
  expect(readClock(typed)).toBe(clock);
});

test('midnight closes at 24:00', () => {
  expect(readClock('0:00', true)).toBe('24:00');
  expect(readClock('24', true)).toBe('24:00');
  expect(readClock('0:00')).toBe('00:00');
});

test.each([
  ['an ordinary day', [slot(1, '09:00', '18:00')], [undefined]],
  ['a lunch break', [slot(1, '09:00', '12:00'), slot(1, '14:00', '18:00')], [undefined, undefined]],
  ['slots that touch', [slot(1, '09:00', '12:00'), slot(1, '12:00', '18:00')], [undefined, undefined]],
  ['until midnight', [slot(5, '18:00', '24:00')], [undefined]],
  ['closing before opening', [slot(1, '18:00', '09:00')], ['order']],
  ['no time at all', [slot(1, '09:00', '09:00')], ['order']],
  ['a time that is not one', [slot(1, '29:00', '18:00')], ['time']],
  ['an emptied field', [slot(1, '', '18:00')], ['time']],
  ['two slots over each other', [slot(1, '09:00', '13:00'), slot(1, '12:00', '18:00')], [undefined, 'overlap']],
  ['one slot inside another', [slot(1, '09:00', '18:00'), slot(1, '10:00', '11:00')], [undefined, 'overlap']],
  ['the same hours on two days', [slot(1, '09:00', '18:00'), slot(2, '09:00', '18:00')], [undefined, undefined]],
])('%s', (_, week, want) => {
  expect(problems(week)).toEqual(want);
});

test('a broken slot is not also said to overlap', () => {
  expect(problems([slot(1, '09:00', '18:00'), slot(1, '', '')])).toEqual([undefined, 'time']);
});

test('adding proposes a whole day, then the afternoon, and never passes midnight', () => {
  expect(nextSlot([], 3)).toEqual(slot(3, '09:00', '18:00'));
  expect(nextSlot([slot(3, '09:00', '12:00')], 3)).toEqual(slot(3, '13:00', '17:00'));
  expect(problems([nextSlot([slot(3, '09:00', '23:30')], 3)])).toEqual([undefined]);
});

test('copying a day replaces the others and keeps the rest', () => {
  const week = [
    slot(1, '09:00', '12:00'),
    slot(1, '14:00', '18:00'),
    slot(2, '10:00', '11:00'),
    slot(6, '09:00', '12:00'),
  ];
  expect(copyDay(week, 1, [1, 2])).toEqual([
    slot(1, '09:00', '12:00'),
    slot(1, '14:00', '18:00'),
    slot(2, '09:00', '12:00'),
    slot(2, '14:00', '18:00'),
    slot(6, '09:00', '12:00'),
  ]);
});

test('what is saved is in order', () => {
  expect(
    sorted([slot(2, '14:00', '18:00'), slot(1, '09:00', '18:00'), slot(2, '09:00', '12:00')]).map((s) => s.from),
  ).toEqual(['09:00', '09:00', '14:00']);
});

import { beforeEach, expect, test, vi } from 'vitest';
import { Keys, pressed } from './keys.svelte.ts';

let keys: Keys;
let at = 0;
const press = (key: string, more: Partial<KeyboardEvent> = {}) => {
  at += 100;
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target: null,
    timeStamp: at,
    preventDefault: vi.fn(),
    ...more,
  };
  return keys.press(event as unknown as KeyboardEvent);
};
const shortcut = (id: string, word: string, run = vi.fn(), more = {}) => {
  keys.register({ id, keys: word, label: id, group: 'all', run, ...more });
  return run;
};

// The tests run without a page: fields are told apart by class there.
vi.stubGlobal('HTMLElement', class {});
vi.stubGlobal('HTMLInputElement', class {});
class Field {
  tagName = 'TEXTAREA';
}
Object.setPrototypeOf(Field.prototype, HTMLElement.prototype);

beforeEach(() => {
  keys = new Keys();
  at = 0;
});

test('one letter acts', () => {
  const run = shortcut('resolve', 'e');
  expect(press('e')).toBe(true);
  expect(run).toHaveBeenCalledOnce();
});

test('letters are left alone while somebody types, combinations are not', () => {
  const letter = shortcut('resolve', 'e');
  const palette = shortcut('palette', 'mod+k');
  const target = new Field() as unknown as EventTarget;
  press('e', { target });
  press('k', { target, ctrlKey: true });
  expect(letter).not.toHaveBeenCalled();
  expect(palette).toHaveBeenCalledOnce();
});

test('G then a letter goes somewhere, and a slow second letter means itself', () => {
  const mine = shortcut('go.mine', 'g m');
  const snooze = shortcut('snooze', 'h');
  press('g');
  press('m');
  expect(mine).toHaveBeenCalledOnce();
  press('g');
  at += 5000;
  press('h');
  expect(snooze).toHaveBeenCalledOnce();
});

test('a shortcut that may not act now lets the one behind it act', () => {
  const behind = shortcut('a', 'x');
  shortcut('b', 'x', vi.fn(), { when: () => false });
  press('x');
  expect(behind).toHaveBeenCalledOnce();
});

test('bare letters can be turned off while combinations stay', () => {
  const letter = shortcut('resolve', 'e');
  const send = shortcut('send', 'mod+enter');
  keys.letters = false;
  press('e');
  press('Enter', { ctrlKey: true });
  expect(letter).not.toHaveBeenCalled();
  expect(send).toHaveBeenCalledOnce();
  expect(keys.hint('resolve')).toBe('');
});

test('a person’s own key replaces ours', () => {
  const run = shortcut('resolve', 'e');
  keys.remap('resolve', 'd');
  press('e');
  expect(run).not.toHaveBeenCalled();
  press('d');
  expect(run).toHaveBeenCalledOnce();
  expect(keys.hint('resolve')).toBe('d');
});

test('the question mark is a key of its own, whatever shift does on the keyboard', () => {
  expect(pressed({ key: '?', ctrlKey: false, metaKey: false, altKey: false, shiftKey: true })).toBe('?');
  expect(pressed({ key: 'R', ctrlKey: false, metaKey: false, altKey: false, shiftKey: true })).toBe('shift+r');
});

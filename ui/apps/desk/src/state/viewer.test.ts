import { afterEach, expect, test, vi } from 'vitest';
import { dress, keyOf } from './viewer.ts';

afterEach(() => vi.unstubAllGlobals());

test('a viewer is told how the desk looks, by choice or by the machine, until it is left', () => {
  const dusk = Object.assign(new EventTarget(), { matches: true });
  const root = { dataset: {} as Record<string, string>, lang: 'fr' };
  let changed: (() => void) | undefined;
  class Observer {
    constructor(hear: () => void) {
      changed = hear;
    }
    observe = vi.fn();
    disconnect = () => (changed = undefined);
  }
  vi.stubGlobal('document', { documentElement: root });
  vi.stubGlobal('matchMedia', () => dusk);
  vi.stubGlobal('MutationObserver', Observer);
  const told: string[] = [];
  const leave = dress(({ dark, lang }) => told.push(`${dark ? 'dark' : 'light'} ${lang}`));
  dusk.matches = false;
  dusk.dispatchEvent(new Event('change'));
  root.dataset['theme'] = 'dark';
  root.lang = 'en';
  changed?.();
  expect(told).toEqual(['dark fr', 'light fr', 'dark en']);
  leave();
  dusk.dispatchEvent(new Event('change'));
  expect([told.length, changed]).toEqual([3, undefined]);
});

test.each([
  ['ctrl+e', 'e', true],
  ['ctrl++', '+', true],
  ['+', '+', false],
  [' ', ' ', false],
])('%j over a viewer is the key %j', (word, key, ctrlKey) => {
  class Pressed extends Event {
    constructor(
      type: string,
      readonly init: KeyboardEventInit,
    ) {
      super(type);
    }
  }
  vi.stubGlobal('KeyboardEvent', Pressed);
  expect(keyOf(word)).toMatchObject({ type: 'keydown', init: { key, ctrlKey } });
});

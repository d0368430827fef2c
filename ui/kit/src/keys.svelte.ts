import { untrack } from 'svelte';

export interface Shortcut {
  /** Stable name, so that a person's own key survives a change of ours. */
  id: string;
  /** "r", "g m" (one after the other), "mod+enter", "shift+e", "?" */
  keys: string;
  label: string;
  group: string;
  run: () => void;
  /** Acts only when this says so. */
  when?: () => boolean;
  /** Also while typing in a field; combinations with mod always do. */
  typing?: boolean;
}

/** How long the second letter of "g m" is waited for. */
const patience = 1200;

/** Whether this is Apple's keyboard: `mod` is ⌘ there. */
export const apple = typeof navigator !== 'undefined' && /Mac|iP(hone|ad|od)/.test(navigator.platform);

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(checkbox|radio|button|submit|range|file)$/.test(target.type))
  );
}

/** A pressed key in the words of `Shortcut.keys`. */
export function pressed(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
  mac = apple,
): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  const letter = /^[\p{L}]$/u.test(key);
  const shift = event.shiftKey && (letter || key.length > 1);
  return [mod && 'mod', other && 'ctrl', event.altKey && 'alt', shift && 'shift', key].filter(Boolean).join('+');
}

/**
 * The shortcuts of a surface. One listener, one list for "?", keys that a person may change, and a switch that silences
 * the bare letters (WCAG 2.1.4) while combinations with Ctrl or ⌘ stay.
 */
export class Keys {
  #list = $state.raw<readonly Shortcut[]>([]);
  #own = $state<Record<string, string>>({});
  #letters = $state(true);
  #first = '';
  #firstAt = 0;

  /** False while bare letters are turned off. */
  get letters(): boolean {
    return this.#letters;
  }
  set letters(on: boolean) {
    this.#letters = on;
  }

  get list(): readonly Shortcut[] {
    return this.#list;
  }

  /** The keys in force, by id. */
  get own(): Readonly<Record<string, string>> {
    return this.#own;
  }

  /** Adds shortcuts; returns what takes them away. */
  register(...shortcuts: Shortcut[]): () => void {
    // Called from effects, which must not run again because of what they add.
    this.#list = [...untrack(() => this.#list), ...shortcuts];
    return () => (this.#list = untrack(() => this.#list).filter((known) => !shortcuts.includes(known)));
  }

  /** Gives a shortcut another key; empty turns it off; null gives the house's key back. */
  remap(id: string, keys: string | null): void {
    if (keys === null) delete this.#own[id];
    else this.#own[id] = keys;
  }

  /** What to show beside a verb; empty when the key is off. */
  hint(id: string): string {
    const shortcut = this.#list.find((known) => known.id === id);
    const keys = this.#own[id] ?? shortcut?.keys ?? '';
    return this.#letters || keys.includes('mod+') ? keys : '';
  }

  /** Tries a pressed key; says whether somebody took it. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing || /^(Control|Meta|Alt|Shift)$/.test(event.key)) return false;
    const key = pressed(event);
    const typing = isField(event.target);
    const sequence = this.#first && event.timeStamp - this.#firstAt < patience ? `${this.#first} ${key}` : '';
    this.#first = '';
    const taken = (sequence && this.#find(sequence, typing)) || this.#find(key, typing);
    if (taken) {
      event.preventDefault();
      taken.run();
      return true;
    }
    if (!typing && this.#letters && this.#begins(key)) {
      this.#first = key;
      this.#firstAt = event.timeStamp;
    }
    return false;
  }

  /** Listens to a window; returns what stops it. */
  attach(target: Window): () => void {
    const listen = (event: KeyboardEvent) => void this.press(event);
    target.addEventListener('keydown', listen);
    return () => target.removeEventListener('keydown', listen);
  }

  #find(keys: string, typing: boolean): Shortcut | undefined {
    // The newest registration wins: a dialog's own key stands before the page's.
    for (let i = this.#list.length - 1; i >= 0; i--) {
      const shortcut = this.#list[i];
      if (!shortcut || (this.#own[shortcut.id] ?? shortcut.keys) !== keys) continue;
      const strong = keys.includes('mod+') || keys.includes('alt+');
      if (!strong && !this.#letters && keys !== 'escape') continue;
      if (typing && !strong && !shortcut.typing) continue;
      if (shortcut.when && !shortcut.when()) continue;
      return shortcut;
    }
    return undefined;
  }

  #begins(key: string): boolean {
    return this.#list.some((shortcut) => (this.#own[shortcut.id] ?? shortcut.keys).startsWith(`${key} `));
  }
}

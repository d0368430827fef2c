import type { Density, Preferences as Choices, Theme } from '../person/preferences.ts';

/** What stands first in a list: what presses most, or what was said last. */
export type ListOrder = 'priority' | 'activity';

/** A list that this browser kept under a name, before the server did: what she calls it, and its address. */
export interface KeptView {
  name: string;
  hash: string;
}

interface Kept {
  theme: Theme;
  density: Density;
  notify: boolean;
  sound: boolean;
  letters: boolean;
  locale: 'fr' | 'en' | '';
  keys: Record<string, string>;
  order: ListOrder;
  views: readonly KeptView[];
  taken: readonly string[];
}
const shelf = 'visavis.preferences';
const defaults: Kept = {
  theme: 'auto',
  density: 'compact',
  notify: false,
  sound: true,
  letters: true,
  locale: '',
  keys: {},
  order: 'priority',
  views: [],
  taken: [],
};

/** What a person has chosen for this browser, kept in it and obeyed at once. */
export class Preferences implements Choices {
  #kept = $state<Kept>({ ...defaults });

  constructor() {
    this.#kept = { ...defaults, ...read() };
    this.#obey();
  }

  get theme(): Theme {
    return this.#kept.theme;
  }
  set theme(theme: Theme) {
    this.#set({ theme });
  }
  get density(): Density {
    return this.#kept.density;
  }
  set density(density: Density) {
    this.#set({ density });
  }
  get notify(): boolean {
    return this.#kept.notify;
  }
  set notify(notify: boolean) {
    this.#set({ notify });
  }
  get sound(): boolean {
    return this.#kept.sound;
  }
  set sound(sound: boolean) {
    this.#set({ sound });
  }
  /** Whether bare letters act (WCAG 2.1.4). */
  get letters(): boolean {
    return this.#kept.letters;
  }
  set letters(letters: boolean) {
    this.#set({ letters });
  }
  /** Her own keys, by the shortcut's id. */
  get keys(): Readonly<Record<string, string>> {
    return this.#kept.keys;
  }
  set keys(keys: Readonly<Record<string, string>>) {
    this.#set({ keys: { ...keys } });
  }
  get order(): ListOrder {
    return this.#kept.order;
  }
  set order(order: ListOrder) {
    this.#set({ order });
  }
  get views(): readonly KeptView[] {
    return this.#kept.views;
  }
  /** The members whom those views were given to. */
  get taken(): readonly string[] {
    return this.#kept.taken;
  }
  set taken(taken: readonly string[]) {
    this.#set({ taken });
  }
  /** The last language used here, for the screens before signing in. */
  get locale(): 'fr' | 'en' | '' {
    return this.#kept.locale;
  }
  set locale(locale: 'fr' | 'en' | '') {
    this.#set({ locale });
  }

  #set(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    this.#obey();
    try {
      localStorage.setItem(shelf, JSON.stringify(this.#kept));
    } catch {
      // Storage is refused: the choice lasts until the page goes.
    }
  }

  #obey(): void {
    if (typeof document === 'undefined') return;
    const data = document.documentElement.dataset;
    if (this.#kept.theme === 'auto') delete data['theme'];
    else data['theme'] = this.#kept.theme;
    data['density'] = this.#kept.density;
  }
}

function read(): Partial<Kept> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(shelf) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Partial<Kept>) : {};
  } catch {
    return {};
  }
}

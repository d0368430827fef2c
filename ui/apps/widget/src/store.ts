/** The part of `Storage` we use, so that tests and refusing browsers can bring their own. */
export interface Keeping {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  key(index: number): string | null;
  readonly length: number;
}

/**
 * What one channel keeps in this browser: the visitor's token, what she is typing, what waits to be sent.
 *
 * A browser that refuses storage (private window, blocked third parties) gets memory instead: the conversation works
 * until the tab closes. Everything sits under the channel's own prefix, so two shops served by one server never meet.
 */
export class Store {
  readonly #prefix: string;
  readonly #keeping: Keeping;
  readonly #memory = new Map<string, string>();

  constructor(channel: string, keeping: Keeping = localStorage) {
    this.#prefix = `visavis:${channel}:`;
    this.#keeping = keeping;
  }

  get(name: string): string | null {
    const held = this.#memory.get(name);
    if (held !== undefined) return held;
    try {
      return this.#keeping.getItem(this.#prefix + name);
    } catch {
      return null;
    }
  }

  set(name: string, value: string): void {
    try {
      this.#keeping.setItem(this.#prefix + name, value);
      this.#memory.delete(name);
    } catch {
      this.#memory.set(name, value); // refused or full
    }
  }

  remove(name: string): void {
    this.#memory.delete(name);
    try {
      this.#keeping.removeItem(this.#prefix + name);
    } catch {
      // nothing kept, nothing to remove
    }
  }

  /** The names that begin with `start`, without our prefix. */
  names(start = ''): string[] {
    const found = new Set([...this.#memory.keys()].filter((name) => name.startsWith(start)));
    try {
      for (let i = 0; i < this.#keeping.length; i++) {
        const key = this.#keeping.key(i);
        if (key?.startsWith(this.#prefix + start)) found.add(key.slice(this.#prefix.length));
      }
    } catch {
      // memory only
    }
    return [...found];
  }

  /** Forgets everything of this channel: the next person at this computer finds nothing. The other tabs hear of it. */
  wipe(): void {
    this.set('left', '1');
    for (const name of this.names()) this.remove(name);
  }
}

/** Calls back when another tab has forgotten who was here. */
export function onwipe(channel: string, tell: () => void): void {
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `visavis:${channel}:left` && newValue) tell();
  });
}

/** What this browser keeps, or this tab only; nothing where even asking for it throws. */
export function browserStore(channel: string, kept: 'localStorage' | 'sessionStorage' = 'localStorage'): Store {
  try {
    return new Store(channel, window[kept]);
  } catch {
    return new Store(channel, unkept);
  }
}

const refuse = () => {
  throw new Error('storage refused');
};
/** Storage that keeps nothing: what is set lasts as long as the page. */
export const unkept: Keeping = {
  getItem: () => null,
  setItem: refuse,
  removeItem: () => {},
  key: () => null,
  length: 0,
};

import type { PageEvent } from '@visavis/client/cobrowse.ts';
import type { Find, Seen } from './scrub';
import { hide, rules, show } from './secrets';

/** Watches what the administrator's rules speak of: they say nothing when something comes under one, or is no longer. */
export class Ruled {
  readonly #find: Find;
  #known = new Map<Element, boolean>();

  constructor(find: Find) {
    this.#find = find;
  }

  /** Whether something that was told of before is to be looked at anew after this event. */
  changed({ type, data }: PageEvent): boolean {
    if (!rules) return false;
    if (type === 2) this.#known = ruled();
    const { source, adds } = data as { source?: number; adds?: { node: Seen }[] };
    if (type !== 3 || source !== 0) return false;
    const fresh = new Set<Node | null>();
    for (const { node } of adds ?? []) this.#note(node, fresh);
    return this.#differs(fresh);
  }

  /** The same where no event says anything: the recorder is silent about what is hidden from now on. */
  strayed(): boolean {
    return !!rules && this.#differs(new Set());
  }

  #differs(fresh: ReadonlySet<Node | null>): boolean {
    const before = this.#known;
    this.#known = ruled();
    for (const [element, hidden] of this.#known) if (before.get(element) !== hidden && !fresh.has(element)) return true;
    for (const element of before.keys()) if (element.isConnected && !this.#known.has(element)) return true;
    return false;
  }

  #note(node: Seen, into: Set<Node | null>): void {
    into.add(this.#find(node.id));
    for (const child of node.childNodes ?? []) this.#note(child, into);
  }
}

/** What is hidden, and what is shown. */
function ruled(): Map<Element, boolean> {
  const all = [...document.querySelectorAll(`${hide},${show}`)];
  return new Map(all.map((element) => [element, element.matches(hide)]));
}

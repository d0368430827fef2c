import type { BuiltIn, Locale, Reason } from '@visavis/client';
import { depthOf, parentOf, ReasonTree, within } from '../../reading/tree.ts';

/** A path has three steps at most. */
export const deepest = 2;
const longestPart = 40;

/** One reason while the tree is being written. `id` stays the same when the key moves. */
export interface Branch {
  id: string;
  /** The path it was saved under; "" while it never was. */
  saved: string;
  /** `id` of the one above it. */
  above: string;
  names: { fr: string; en: string };
  builtIn: BuiltIn | '';
  archived: boolean;
}
export interface Placed extends Branch {
  depth: number;
}

/** The reasons of a workspace while they are being written. */
export class ReasonsDraft {
  branches = $state.raw<readonly Branch[]>([]);
  #saved = $state('');
  #made = 0;

  constructor(reasons: readonly Reason[]) {
    this.fill(reasons);
  }

  fill(reasons: readonly Reason[]): void {
    const known = new Set(reasons.map(({ key }) => key));
    this.branches = new ReasonTree(reasons).all.map(({ key, names, builtIn = '', archived = false }) => ({
      id: key,
      saved: key,
      above: known.has(parentOf(key)) ? parentOf(key) : '',
      names,
      builtIn,
      archived,
    }));
    this.#saved = this.#written;
  }

  /** Each under the one above it. */
  get placed(): Placed[] {
    const under = (above: string, depth: number): Placed[] =>
      this.branches
        .filter((branch) => branch.above === above)
        .flatMap((branch) => [{ ...branch, depth }, ...under(branch.id, depth + 1)]);
    return under('', 0);
  }

  /** Adds an empty one and answers its id. */
  add(above = ''): string {
    const id = `new ${++this.#made}`;
    this.branches = [
      ...this.branches,
      { id, saved: '', above, names: { fr: '', en: '' }, builtIn: '', archived: false },
    ];
    return id;
  }
  rename(id: string, locale: Locale, name: string): void {
    this.#change(id, ({ names }) => ({ names: { ...names, [locale]: name } }));
  }
  nest(id: string, above: string): void {
    this.#change(id, () => ({ above }));
  }
  /** Puts a reason away with those beneath it, or brings it back. */
  archive(id: string, archived: boolean): void {
    const all = this.#beneath(id);
    this.branches = this.branches.map((branch) => (all.has(branch.id) ? { ...branch, archived } : branch));
  }
  /** Takes one away that was never saved, with those beneath it. */
  drop(id: string): void {
    const all = this.#beneath(id);
    this.branches = this.branches.filter((branch) => !all.has(branch.id));
  }
  /** What the reader calls so means this reason; the reason that meant it takes over what this one meant. */
  mean(label: BuiltIn, id: string): void {
    const to = this.branches.find((branch) => branch.id === id);
    const from = this.branches.find((branch) => branch.builtIn === label);
    if (!to || to === from) return;
    const given = to.builtIn;
    this.branches = this.branches.map((branch) => {
      if (branch.id === id) return { ...branch, builtIn: label };
      return branch.id === from?.id ? { ...branch, builtIn: given } : branch;
    });
  }

  /** What the reader still means by a reason or by those beneath it: nothing of that may be put away. */
  meant(id: string): string[] {
    const all = this.#beneath(id);
    return this.branches.flatMap((branch) => (branch.builtIn && all.has(branch.id) ? [branch.builtIn] : []));
  }
  /** Under which a reason may be put. */
  homes(id: string): Placed[] {
    const all = this.#beneath(id);
    const placed = this.placed;
    const depths = placed.filter((one) => all.has(one.id)).map(({ depth }) => depth);
    const own = placed.find((one) => one.id === id);
    const height = Math.max(0, ...depths) - (own?.depth ?? 0);
    return placed.filter((one) => !all.has(one.id) && !one.archived && one.depth + 1 + height <= deepest);
  }

  get body(): Reason[] {
    const keys = this.#keys();
    return this.placed.map(({ id, names, builtIn, archived }) => ({
      key: keys.get(id) ?? '',
      names: { fr: names.fr.trim(), en: names.en.trim() },
      ...(builtIn ? { builtIn } : {}),
      ...(archived ? { archived } : {}),
    }));
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  nameless({ names }: Branch): boolean {
    return names.fr.trim() === '' || names.en.trim() === '';
  }
  get faults(): number {
    return this.branches.filter((branch) => this.nameless(branch)).length;
  }

  /** Keys follow the tree: who stays where she was keeps hers, who moves takes her last step along, and nobody has another's. */
  #keys(): Map<string, string> {
    const keys = new Map<string, string>();
    const taken = new Set(this.branches.flatMap(({ saved }) => (saved ? [saved] : [])));
    for (const { id, saved, above, names } of this.placed) {
      const path = above ? `${keys.get(above) ?? ''}/` : '';
      const part = saved ? (saved.split('/').at(-1) ?? '') : partOf(names.en || names.fr);
      let key = path + part;
      for (let n = 2; key !== saved && taken.has(key); n++) key = `${path}${part.slice(0, longestPart - 3)}-${n}`;
      taken.add(key);
      keys.set(id, key);
    }
    return keys;
  }
  #change(id: string, next: (branch: Branch) => Partial<Branch>): void {
    this.branches = this.branches.map((branch) => (branch.id === id ? { ...branch, ...next(branch) } : branch));
  }
  #beneath(id: string): Set<string> {
    const all = new Set([id]);
    for (let before = 0; before !== all.size;) {
      before = all.size;
      for (const branch of this.branches) if (all.has(branch.above)) all.add(branch.id);
    }
    return all;
  }
  get #written(): string {
    return JSON.stringify(this.body);
  }
}

/** A name as the last step of a path: "Prix & promotions" is "prix-promotions". */
export function partOf(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const part = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestPart)
    .replace(/^-+|-+$/g, '');
  return part || 'reason';
}

/** Whether a saved key moved: what was counted under it stays there, archived. */
export function movedFrom(before: readonly Reason[], after: readonly Reason[]): string[] {
  const keys = new Set(after.map(({ key }) => key));
  const gone = before.filter(({ key }) => !keys.has(key)).map(({ key }) => key);
  return gone.filter(
    (key) => !gone.some((other) => other !== key && within(key, other) && depthOf(other) < depthOf(key)),
  );
}

import { Problem } from '@visavis/client';

/** How an attempt to change something ended. `theirs` is the thing as somebody else has just left it. */
export type Outcome<T> =
  | { kind: 'saved'; item: T }
  | { kind: 'changed'; theirs: T }
  | { kind: 'gone' }
  | { kind: 'refused'; problem: Problem };

/** Where things of one kind are kept and shown, and how one is read again. */
export interface Shelf<T> {
  find: (id: string) => T | undefined;
  take: (item: T) => void;
  drop: (id: string) => void;
  read: (id: string) => Promise<T>;
}

/** Shows `next` at once, sends, and puts back what was there when the server says no. */
export async function change<T extends { id: string }>(
  shelf: Shelf<T>,
  next: T,
  send: () => Promise<T>,
): Promise<Outcome<T>> {
  const before = shelf.find(next.id);
  shelf.take(next);
  try {
    return saved(shelf, await send());
  } catch (cause) {
    if (before) shelf.take(before);
    const problem = problemOf(cause);
    if (problem.status === 404) {
      shelf.drop(next.id);
      return { kind: 'gone' };
    }
    return problem.code.endsWith('_changed') ? overtaken(shelf, next.id, problem) : { kind: 'refused', problem };
  }
}

/** Nothing to show before the server has given it an id. */
export async function create<T extends { id: string }>(
  shelf: Pick<Shelf<T>, 'take'>,
  send: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return saved(shelf, await send());
  } catch (cause) {
    return { kind: 'refused', problem: problemOf(cause) };
  }
}

/** Takes the thing away at once; it comes back when the server says no. Answers why, if so. */
export async function remove<T extends { id: string }>(
  shelf: Pick<Shelf<T>, 'take' | 'drop'>,
  item: T,
  send: () => Promise<void>,
): Promise<Problem | undefined> {
  shelf.drop(item.id);
  try {
    await send();
  } catch (cause) {
    const problem = problemOf(cause);
    if (problem.status === 404) return undefined;
    shelf.take(item);
    return problem;
  }
  return undefined;
}

function saved<T>(shelf: Pick<Shelf<T>, 'take'>, item: T): Outcome<T> {
  shelf.take(item);
  return { kind: 'saved', item };
}

async function overtaken<T>(shelf: Shelf<T>, id: string, problem: Problem): Promise<Outcome<T>> {
  try {
    const theirs = await shelf.read(id);
    shelf.take(theirs);
    return { kind: 'changed', theirs };
  } catch {
    return { kind: 'refused', problem };
  }
}

function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem({ status: 0, code: 'unreachable' });
}

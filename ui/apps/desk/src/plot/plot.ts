/** A point on paper. */
export type Point = readonly [x: number, y: number];

/** From values to paper: x by the place in the day, y upside down. */
export interface Paper {
  width: number;
  height: number;
  /** How many steps the day has. */
  steps: number;
  /** The value at the top. */
  top: number;
}

const round = (n: number) => Math.round(n * 10) / 10;

export const x = (paper: Paper, step: number): number => round((step / paper.steps) * paper.width);
export const y = (paper: Paper, value: number): number =>
  round(paper.height - (Math.min(value, paper.top) / paper.top) * paper.height);

/** Values of quarters sit in the middle of their quarter. */
function points(paper: Paper, values: readonly number[]): Point[] {
  return values.map((value, i) => [x(paper, i + 0.5), y(paper, value)]);
}

const path = (all: readonly Point[]) => all.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px} ${py}`).join('');

export function line(paper: Paper, values: readonly number[]): string {
  return path(points(paper, values));
}

/** The area between two lines. */
export function band(paper: Paper, low: readonly number[], high: readonly number[]): string {
  if (low.length === 0) return '';
  return `${path([...points(paper, high), ...points(paper, low).reverse()])}Z`;
}

/** A staircase: each value holds for its whole quarter. `closed` goes down to the floor at both ends. */
export function stairs(paper: Paper, values: readonly number[], closed = false): string {
  const all: Point[] = values.flatMap((value, i): Point[] => [
    [x(paper, i), y(paper, value)],
    [x(paper, i + 1), y(paper, value)],
  ]);
  if (all.length === 0 || !closed) return path(all);
  return `${path([[0, paper.height], ...all, [x(paper, values.length), paper.height]])}Z`;
}

/** The stretches of quarters for which something holds, as [from, to) steps. */
export function stretches(flags: readonly boolean[]): [number, number][] {
  const found: [number, number][] = [];
  flags.forEach((flag, i) => {
    const last = found.at(-1);
    if (!flag) return;
    if (last && last[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  });
  return found;
}

/** Round values from 0 to at or above the greatest, four steps or so. */
export function ticks(greatest: number): number[] {
  const rough = Math.max(greatest, 1) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((n) => n * size >= rough) ?? 10) * size);
  const last = Math.ceil(Math.max(greatest, 1) / step);
  return Array.from({ length: last + 1 }, (_, i) => i * step);
}

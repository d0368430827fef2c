import type { Shape } from './cobrowse.ts';

/** The line of a mark; an arrow and a circle are given by their two ends. Both sides draw the same. */
export function line(shape: Shape, points: readonly (readonly [number, number])[]): string {
  const [[ax, ay] = [0, 0]] = points;
  const [bx, by] = points.at(-1) ?? [ax, ay];
  if (shape === 'free') return `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}`;
  if (shape === 'circle') {
    const rx = Math.max(8, Math.abs(bx - ax) / 2);
    const ry = Math.max(8, Math.abs(by - ay) / 2);
    const [cx, cy] = [(ax + bx) / 2, (ay + by) / 2];
    return `M${round(cx - rx)} ${round(cy)}a${round(rx)} ${round(ry)} 0 1 0 ${round(2 * rx)} 0a${round(rx)} ${round(ry)} 0 1 0 ${round(-2 * rx)} 0`;
  }
  const angle = Math.atan2(by - ay, bx - ax);
  const barb = (turn: number) =>
    `${round(bx - 22 * Math.cos(angle + turn))} ${round(by - 22 * Math.sin(angle + turn))}`;
  return `M${round(ax)} ${round(ay)}L${round(bx)} ${round(by)}M${barb(0.5)}L${round(bx)} ${round(by)}L${barb(-0.5)}`;
}
const round = (value: number) => Math.round(value * 10) / 10;

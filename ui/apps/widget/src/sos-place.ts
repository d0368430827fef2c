/** From the right and from the lower edge of the page's window, CSS pixels. */
export type At = readonly [number, number];
export type Room = readonly [number, number];

const edge = 8;

/** Where the frame floats at first: in the corner, closer to it on a phone. */
export const corner = ([width]: Room): At => (width < 600 ? [edge, edge] : [24, 24]);

/** Pulled by so much, but never out of the page. */
export function pulled([x, y]: At, [dx, dy]: readonly [number, number], size: Room, room: Room): At {
  const within = (wish: number, most: number) => Math.max(edge, Math.min(wish, most - edge));
  return [within(x - dx, room[0] - size[0]), within(y - dy, room[1] - size[1])];
}

/** The same as a style of the frame, which keeps it in a window that has become smaller since. */
export function style([x, y]: At, [width, height]: Room): string {
  const within = (wish: number, whole: string, size: number) =>
    `clamp(${edge}px,${wish}px,calc(${whole} - ${size + edge}px))`;
  return [
    'top:auto;left:auto;max-width:none;max-height:none;border-radius:12px',
    `width:min(${width}px,calc(100vw - ${2 * edge}px))`,
    `height:min(${height}px,calc(100vh - ${2 * edge}px))`,
    `right:${within(x, '100vw', width)}`,
    `bottom:${within(y, '100vh', height)}`,
  ].join(';');
}

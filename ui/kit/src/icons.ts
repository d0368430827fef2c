import type { more } from './icons-more.ts';

/**
 * The drawn signs: 16 × 16, one stroke of 1.5, round ends. `core` is what both sides of a conversation need and
 * therefore travels with the chat; a surface that needs more calls `addIcons(more)` once at its start.
 */
const core = {
  alert: 'M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.3v.1',
  cal: 'M4 3.5h8a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1 -1.5 1.5h-8a1.5 1.5 0 0 1 -1.5 -1.5v-7a1.5 1.5 0 0 1 1.5 -1.5zM2.5 6.8h11M5.5 2v2.5M10.5 2v2.5',
  chat: 'M2.5 4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v4.5a2 2 0 0 1-2 2H8l-3.2 2.6V11h-.3a2 2 0 0 1-2-2z',
  check: 'm3 8.5 3.3 3.3L13 4.7',
  checks: 'm1.5 8.5 2.8 2.8L10 5M7.5 10.7l.6.6L14 5',
  clip: 'm13 7.5-5.2 5.2a3 3 0 0 1-4.3-4.3L9 3a2 2 0 0 1 2.9 2.9L6.6 11.2a1 1 0 0 1-1.4-1.4L9.9 5',
  clock: 'M2.3 8a5.7 5.7 0 1 0 11.4 0a5.7 5.7 0 1 0 -11.4 0zM8 4.8V8l2.2 1.6',
  dots: 'M3.5 8v.01M8 8v.01M12.5 8v.01',
  down: 'm4 6.2 4 4 4-4',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.3h10',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM6.1 8a1.9 1.9 0 1 0 3.8 0a1.9 1.9 0 1 0 -3.8 0z',
  file: 'M4 2.5h5l3.5 3.5v7.5H4zM9 2.5V6h3.5',
  globe:
    'M2.3 8a5.7 5.7 0 1 0 11.4 0a5.7 5.7 0 1 0 -11.4 0zM2.3 8h11.4M8 2.3c2 1.7 2.6 3.7 2.6 5.7S10 12 8 13.7C6 12 5.4 10 5.4 8S6 4 8 2.3z',
  image:
    'M3.5 3h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM2.5 11l3-3 2.5 2.5 2-2 3.5 3.5M10.5 6v.01',
  left: 'm9.8 4-4 4 4 4',
  lock: 'M5 7h6a1.5 1.5 0 0 1 1.5 1.5v3.5a1.5 1.5 0 0 1 -1.5 1.5h-6a1.5 1.5 0 0 1 -1.5 -1.5v-3.5a1.5 1.5 0 0 1 1.5 -1.5zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  mail: 'M3.5 3.5h9a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1 -1.5 1.5h-9a1.5 1.5 0 0 1 -1.5 -1.5v-6a1.5 1.5 0 0 1 1.5 -1.5zM2.5 4.5l5.5 4.3 5.5-4.3',
  moon: 'M13 9.6A5.7 5.7 0 0 1 6.4 3 5.7 5.7 0 1 0 13 9.6z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  pen: 'm10.7 2.7 2.6 2.6-7.8 7.8-3.2.6.6-3.2zM9.2 4.2l2.6 2.6',
  play: 'm5.5 3.5 6.5 4.5-6.5 4.5z',
  plus: 'M8 3v10M3 8h10',
  reload: 'M13 3.5V6.5h-3M3 12.5V9.5h3M12.7 6.3A5 5 0 0 0 4 5M3.3 9.7A5 5 0 0 0 12 11',
  reply: 'M6.5 4 2.5 8l4 4M2.5 8h7a4 4 0 0 1 4 4v.5',
  right: 'm6.2 4 4 4-4 4',
  send: 'm2.5 3 11.5 5-11.5 5 1.7-5zM4.2 8H9',
  undo: 'M5.5 3.5 2.5 6.5l3 3M2.5 6.5H9a3.7 3.7 0 0 1 0 7.4H6',
  up: 'm4 9.8 4-4 4 4',
  user: 'M5.2 5.3a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0 -5.6 0zM2.8 13.5c.5-2.7 2.5-4 5.2-4s4.7 1.3 5.2 4',
  x: 'm4 4 8 8M12 4l-8 8',
} as const;

export type CoreIcon = keyof typeof core;
export type IconName = CoreIcon | keyof typeof more;

const drawn = new Map<string, string>(Object.entries(core));

/** Makes more signs known to `Icon`. */
export function addIcons(added: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(added)) drawn.set(name, path);
}

/** The path of a sign; a sign nobody added is drawn as nothing rather than as a broken box. */
export function iconPath(name: string): string {
  return drawn.get(name) ?? '';
}

export function isIcon(name: string): name is IconName {
  return drawn.has(name);
}

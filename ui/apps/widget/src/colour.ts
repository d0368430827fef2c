/** What a shop's colour changes: the button on its page, and custom properties in the frame. */
export interface Tint {
  button: string;
  ink: string;
  properties: Record<string, string>;
}

type Rgb = readonly [number, number, number];

/** Ink that reads on a colour: white wherever it reaches 4.5:1, else black, which then does. */
export function inkOn(colour: string): string {
  return contrast(rgb(colour), white) >= 4.5 ? '#ffffff' : '#000000';
}

/**
 * The custom properties a shop's colour changes, for the light or the dark theme. Words in that colour are darkened or
 * lightened until they read at 4.5:1 on the paper below them, whatever the shop has chosen.
 */
export function tint(colour: string, dark: boolean): Tint {
  const base = rgb(colour);
  const paper: Rgb = dark ? [18, 27, 30] : white;
  const towards: Rgb = dark ? white : black;
  const bubble = mix(paper, base, dark ? 0.2 : 0.07);
  let words = base;
  for (let i = 1; contrast(words, bubble) < 4.6 && i <= 20; i++) words = mix(base, towards, i / 20);
  const accent = hex(words);
  const properties = {
    '--head': colour,
    '--head-ink': inkOn(colour),
    '--head-ink-2': inkOn(colour),
    '--accent': accent,
    '--accent-press': hex(mix(words, towards, 0.16)),
    '--accent-text': accent,
    '--on-accent': inkOn(accent),
    '--focus': accent,
    '--accent-soft': hex(bubble),
    '--accent-line': hex(mix(paper, words, 0.45)),
    '--bubble-out': hex(bubble),
    '--bubble-out-line': hex(mix(paper, base, dark ? 0.42 : 0.26)),
  };
  return { button: colour, ink: inkOn(colour), properties };
}

/** The contrast of two colours as WCAG counts it, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export function rgb(colour: string): Rgb {
  const n = parseInt(colour.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];

function light([r, g, b]: Rgb): number {
  const part = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [at(0), at(1), at(2)];
}

function hex(colour: Rgb): string {
  return `#${colour.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

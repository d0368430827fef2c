/** Duck blue, the house's own. */
export const firstColour = '#046679';

/** Colours to begin with: each carries white words at 4.5:1 or better. */
export const presets = [
  '#046679',
  '#022832',
  '#256a3e',
  '#3d4f9f',
  '#6b3f8f',
  '#9b2f5b',
  '#b02926',
  '#8e5311',
  '#433f3a',
] as const;

export function isColour(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

/** A colour as people paste it: with or without #, short or long. */
export function readColour(typed: string): string {
  const digits = typed.trim().replace(/^#/, '').toLowerCase();
  if (/^[0-9a-f]{3}$/.test(digits)) return `#${[...digits].map((digit) => digit + digit).join('')}`;
  return /^[0-9a-f]{6}$/.test(digits) ? `#${digits}` : typed.trim();
}

/** Contrast with white as WCAG 2.2 counts it, from 1 to 21. */
export function contrastWithWhite(colour: string): number {
  if (!isColour(colour)) return 21;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

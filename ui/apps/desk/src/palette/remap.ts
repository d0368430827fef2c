import type { Shortcut } from '@visavis/kit';

/** Whether a shortcut may take some keys: yes, or whose they are, or that the browser keeps them. */
export type Verdict = { kind: 'free' } | { kind: 'taken'; label: string } | { kind: 'reserved' };

/** Keys that a browser or a screen reader needs, or that move inside a page. */
const reserved =
  /^(?:(?:shift\+)?tab|enter|escape|space|(?:shift\+)?arrow(?:up|down|left|right)|home|end|pageup|pagedown|f\d+|backspace|delete|mod\+(?:shift\+)?[acfhjlnopqrstuvwxz]|mod\+(?:\d|\+|-|=)|alt\+.*)$/;

export function judge(
  keys: string,
  id: string,
  list: readonly Shortcut[],
  own: Readonly<Record<string, string>>,
): Verdict {
  if (keys.split(' ').some((part) => reserved.test(part))) return { kind: 'reserved' };
  const other = list.find((known) => known.id !== id && clash(own[known.id] ?? known.keys, keys));
  return other ? { kind: 'taken', label: other.label } : { kind: 'free' };
}

/** The same keys, or the beginning of the other's: G alone would swallow G then M. */
function clash(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `));
}

/** Whether a first key waits for a second, as G does. */
export function begins(key: string, list: readonly Shortcut[], own: Readonly<Record<string, string>>): boolean {
  return list.some(({ id, keys }) => (own[id] ?? keys).startsWith(`${key} `));
}

/** A piece of a message: plain words, or an address that may be opened. */
export type Piece = string | { href: string };

const address = /https?:\/\/[^\s<>"'«»]+/gi;

/** Finds web addresses in what people write. Only http and https: nothing that runs ever becomes a link. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const href = match[0].replace(/[.,;:!?…)\]}]+$/, '');
    if (match.index > at) out.push(text.slice(at, match.index));
    out.push({ href });
    at = match.index + href.length;
  }
  if (at < text.length) out.push(text.slice(at));
  return out;
}

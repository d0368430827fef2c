/** What the palette's first character asks for: actions only, members only, or everything. */
export type Scope = 'all' | 'actions' | 'members';

export interface Query {
  scope: Scope;
  text: string;
}

export interface Piece {
  text: string;
  found: boolean;
}

export function readQuery(typed: string): Query {
  const text = typed.trimStart();
  if (text.startsWith('>')) return { scope: 'actions', text: text.slice(1).trim() };
  if (text.startsWith('@')) return { scope: 'members', text: text.slice(1).trim() };
  return { scope: 'all', text: text.trim() };
}

/** Without accents or capitals, and of the same length as what it was, so that a place in one is a place in the other. */
export function plain(text: string): string {
  return [...text]
    .map((letter) => {
      const bare = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      return bare.length === letter.length ? bare : letter;
    })
    .join('');
}

/**
 * How well `text` answers `query`, 0 when it does not. Every word of the query must be found: a
 * whole text before its beginning, the beginning of a word before the middle of one, and at equal
 * merit the shorter text first.
 */
export function score(query: string, text: string): number {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const [sought, inside] = [plain(query).trim(), plain(text)];
  if (inside === sought) return 100;
  const merits = words.map((word) => merit(word, inside));
  if (merits.includes(0)) return 0;
  const mean = merits.reduce((sum, one) => sum + one, 0) / merits.length;
  return mean + (inside.startsWith(sought) ? 20 : 0) - Math.min(text.length, 60) / 100;
}

function merit(word: string, inside: string): number {
  const at = inside.indexOf(word);
  if (at === -1) return 0;
  if (at === 0) return 60;
  return starts(inside, word) === -1 ? 20 : 50;
}

/** Where a word of `inside` begins with `word`, or -1. */
function starts(inside: string, word: string): number {
  for (let at = inside.indexOf(word); at !== -1; at = inside.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(inside.charAt(at - 1))) return at;
  }
  return -1;
}

/** A second text counts for less, and only where a word of it begins as the query does. */
function beside(points: number): number {
  return points < 40 && points !== 1 ? 0 : points * 0.6;
}

/** The best answers first; a second text (an address, a synonym) counts for less than the name. Equal ones keep their order. */
export function rank<T>(query: string, items: readonly T[], texts: (item: T) => readonly string[], most = 8): T[] {
  return items
    .map((item, at) => {
      const [first = '', ...others] = texts(item);
      return { item, at, points: Math.max(score(query, first), ...others.map((other) => beside(score(query, other)))) };
    })
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || a.at - b.at)
    .slice(0, most)
    .map(({ item }) => item);
}

/** `text` cut where the query was found, so that the found pieces can be marked. */
export function pieces(query: string, text: string): Piece[] {
  const inside = plain(text);
  const lit = new Array<boolean>(text.length).fill(false);
  for (const word of plain(query).split(/\s+/).filter(Boolean)) {
    const first = starts(inside, word);
    const at = first === -1 ? inside.indexOf(word) : first;
    if (at !== -1) lit.fill(true, at, at + word.length);
  }
  const cut: Piece[] = [];
  lit.forEach((found, at) => {
    const last = cut.at(-1);
    if (last?.found === found) last.text += text.charAt(at);
    else cut.push({ text: text.charAt(at), found });
  });
  return cut;
}

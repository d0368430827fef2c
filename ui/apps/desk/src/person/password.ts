/** How good a password is, as far as a browser can honestly say without a list of leaked ones. */
export type Strength = 'none' | 'short' | 'long' | 'guessable' | 'fair' | 'strong';

export const SHORTEST = 12;
export const LONGEST = 1024;

const KNOWN = [
  'password',
  'motdepasse',
  'azerty',
  'qwerty',
  'qwertz',
  'bonjour',
  'welcome',
  'bienvenue',
  'admin',
  'letmein',
  'iloveyou',
  'jetaime',
  'soleil',
  'doudou',
  'football',
  'dragon',
  'visavis',
  '123456',
  '654321',
  'abcdef',
];

/**
 * Twelve characters are enough when they are not easy to guess: a name already on the form, a
 * well-known word or one thing repeated count for one character each.
 */
export function strength(password: string, names: readonly string[] = []): Strength {
  const length = [...password].length;
  if (length === 0) return 'none';
  if (length < SHORTEST) return 'short';
  if (new TextEncoder().encode(password).length > LONGEST) return 'long';
  const left = unexpected(password, names);
  if (left < 8) return 'guessable';
  return left < 16 ? 'fair' : 'strong';
}

/** Whether it may be sent. The server refuses what anybody would try first, so this does too, before the journey. */
export function acceptable(password: string, names: readonly string[] = []): boolean {
  const answer = strength(password, names);
  return answer === 'fair' || answer === 'strong';
}

/** The number of characters that tell something new. */
function unexpected(password: string, names: readonly string[]): number {
  let rest = plain(password);
  const words = names.flatMap((name) => plain(name).split(/[^a-z0-9]+/)).filter((word) => word.length > 2);
  for (const word of [...KNOWN, ...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '\u0000');
  rest = rest.replace(/(.{1,6}?)\1{2,}/gu, '$1');
  return Math.min([...rest].length - steps(rest), (new Set(rest).size - 1) * 2);
}

/** Neighbours that only count up or down, as in 3456 or dcba. */
function steps(text: string): number {
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  return codes.filter((code, at) => {
    const [one, two] = [codes[at - 1], codes[at - 2]];
    return one !== undefined && two !== undefined && code - one === one - two && Math.abs(code - one) === 1;
  }).length;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

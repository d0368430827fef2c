/** What is wrong with an address somebody allows the chat on. */
export type OriginProblem = 'empty' | 'form' | 'scheme' | 'wildcard' | 'credentials' | 'twice';

export type OriginReading = { origin: string; problem?: undefined } | { origin?: undefined; problem: OriginProblem };

const HERE = /^(?:localhost|127\.0\.0\.1|\[::1\]|[a-z0-9-]+\.localhost)$/;

/**
 * Reads what was typed or pasted as one origin: scheme, host and port. A whole page address is
 * shortened to its origin and a bare name is taken as https, because that is what was meant.
 */
export function readOrigin(typed: string, others: readonly string[] = []): OriginReading {
  const text = typed.trim();
  if (text === '') return { problem: 'empty' };
  if (text.includes('*')) return { problem: 'wildcard' };
  const url = parse(text);
  if (!url) return { problem: 'form' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { problem: 'scheme' };
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' };
  const bare = !text.includes('://') && !HERE.test(url.hostname);
  if (bare && !url.hostname.includes('.')) return { problem: 'form' };
  if (others.includes(url.origin)) return { problem: 'twice' };
  return { origin: url.origin };
}

/** Plain http beyond this machine: allowed, but anybody on the way can rewrite the page. */
export function insecure(origin: string): boolean {
  return origin.startsWith('http://') && !HERE.test(new URL(origin).hostname);
}

function parse(text: string): URL | undefined {
  if (/\s/.test(text)) return undefined;
  const bareLocal = /^(?:localhost|127\.0\.0\.1)(?::|\/|$)/.test(text);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${bareLocal ? 'http' : 'https'}://${text}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

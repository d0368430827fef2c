/**
 * Takes the token of a link such as `#/invite/abc` and leaves the address bar without it, so that it does not stay in
 * the history, in a screenshot or over somebody's shoulder. The fragment never reaches a server.
 */
export function takeToken(kind: 'setup' | 'invite', place: Location = location, past: History = history): string {
  const found = new RegExp(`^#/${kind}/([\\w.~-]{8,512})$`).exec(place.hash);
  if (!found) return '';
  past.replaceState(past.state, '', `${place.pathname}${place.search}#/${kind}`);
  return found[1] ?? '';
}

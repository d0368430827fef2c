/** What somebody was sent here with: the key to setting up, or to joining. */
export interface Link {
  kind: 'setup' | 'invite';
  token: string;
}

/**
 * Takes the token of a link such as `#/invite/abc` and leaves the address bar without it, so that it does not stay in
 * the history, in a screenshot or over somebody's shoulder. The fragment never reaches a server.
 */
export function takeLink(place: Location = location, past: History = history): Link | undefined {
  const [, kind, token = ''] = /^#\/(setup|invite)\/(.+)$/.exec(place.hash) ?? [];
  if (kind !== 'setup' && kind !== 'invite') return undefined;
  past.replaceState(past.state, '', `${place.pathname}${place.search}#/${kind}`);
  return { kind, token: /^[\w.~-]{8,512}$/.test(token) ? token : '' };
}

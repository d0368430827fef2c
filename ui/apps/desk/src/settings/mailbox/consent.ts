/** A provider that mailboxes are signed in to by consent. */
export type Provider = 'google' | 'microsoft';

export const providerNames: Record<Provider, string> = { google: 'Google', microsoft: 'Microsoft' };

/** How a sign-in at a provider ended. */
export type Ending = 'done' | 'refused' | 'failed' | 'unknown';

/** Takes the word off the address with which a provider's sign-in comes back: it is told once, and not again after a reload. */
export function takeEnding(place: Pick<Location, 'pathname' | 'search' | 'hash'>, past: History): Ending | undefined {
  const word = new URLSearchParams(place.search).get('consent');
  if (word === null) return undefined;
  past.replaceState(past.state, '', `${place.pathname}${place.hash}`);
  return word === 'done' || word === 'refused' || word === 'failed' ? word : 'unknown';
}

import type { Body } from '@visavis/client';

export type Scope = Body<'post', '/tokens'>['scopes'][number];

/** What a token may be allowed, in the order people think of it. */
export const scopes = [
  'conversations:read',
  'conversations:write',
  'customers:read',
  'customers:write',
  'settings:read',
  'settings:write',
  'signals:write',
] as const satisfies readonly Scope[];

export function isScope(word: string): word is Scope {
  return scopes.some((scope) => scope === word);
}

/** The longest a token may last is a year. */
export const terms = ['30', '90', '365'] as const;
export type Term = (typeof terms)[number];

/** The end of a term; a minute less than a whole year, so that a slow line does not make it too long. */
export function endOf(term: Term, now: number): string {
  return new Date(now + Number(term) * 86_400_000 - 60_000).toISOString();
}

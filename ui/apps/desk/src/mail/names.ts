import type { Answer } from '@visavis/client';

export type Arrival = Answer<'get', '/arrivals'>['items'][number];
export type Sending = Answer<'get', '/sendings'>['items'][number];
type Person = NonNullable<Arrival['from']>;

/** A name before an address, where there is one. */
export function personText({ name, address }: Person): string {
  return name || address;
}
export function wholeText({ name, address }: Person): string {
  return name ? `${name} <${address}>` : address;
}

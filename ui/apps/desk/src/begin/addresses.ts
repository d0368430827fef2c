import type { Body, Customer } from '@visavis/client';

export type Mailbox = NonNullable<Body<'post', '/conversations'>['to']>[number];

/** Whom a letter is to, once known: one address of a customer. */
export interface Addressee extends Mailbox {
  name: string;
  customerId: string;
  face: string;
}

// The server is the judge of addresses; this only catches what is plainly none.
const form = /^[^\s@<>()[\]",;:]+@[^\s@<>()[\]",;:]+\.[^\s@<>()[\]",;:.]+$/u;

/** Reads addresses as people write and paste them: "Camille <camille@example.org>; paul@example.org". What is none stands in `wrong`. */
export function readAddresses(text: string): { mailboxes: Mailbox[]; wrong: string[] } {
  const mailboxes: Mailbox[] = [];
  const wrong: string[] = [];
  for (const part of parts(text)) {
    const named = /^(.*?)<([^<>]*)>$/su.exec(part);
    const address = (named?.[2] ?? part).trim();
    if (!form.test(address)) wrong.push(part);
    else if (!mailboxes.some((known) => same(known.address, address))) {
      const name = (named?.[1] ?? '').trim().replace(/^"(.*)"$/su, '$1');
      mailboxes.push(name ? { address, name } : { address });
    }
  }
  return { mailboxes, wrong };
}

/** Whether two addresses reach the same person, as far as one can see. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a name in quotes is still being written, in which a comma parts nothing. */
export function inQuotes(typed: string): boolean {
  return typed.split('"').length % 2 === 0;
}

/** Commas, semicolons and line ends part addresses, except inside the quotes of a name. */
function parts(text: string): string[] {
  const pieces = text.match(/(?:"[^"]*"|[^",;\n]|")+/gu) ?? [];
  return pieces.map((piece) => piece.trim()).filter(Boolean);
}

/** Every address at which these customers can be written to, those that were proved first within each. */
export function addresseesOf(customers: readonly Customer[]): Addressee[] {
  return customers.flatMap(({ id, name, face, identities }) =>
    identities
      .filter(({ kind }) => kind === 'email')
      .sort((a, b) => Number(b.verified) - Number(a.verified))
      .map(({ value }) => ({ address: value, name, customerId: id, face })),
  );
}

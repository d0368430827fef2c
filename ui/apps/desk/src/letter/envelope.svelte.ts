import type { LetterHead, Mailbox } from '@visavis/client';

export type Row = 'to' | 'cc' | 'bcc';

/**
 * What she chooses of a letter before it leaves. A row that she has not touched is the server's to fill: the customer's own address, and
 * those whom members let read along.
 */
export class Envelope {
  #rows = $state<Partial<Record<Row, Mailbox[]>>>({});
  subject = $state('');
  quote = $state(false);

  /** Who stands in a row, undefined for whom the server would write to. */
  row(row: Row): readonly Mailbox[] | undefined {
    return this.#rows[row];
  }
  put(row: Row, people: readonly Mailbox[]): void {
    this.#rows[row] = [...people];
  }

  /** What is told to the server; undefined when nothing was chosen. */
  get head(): LetterHead | undefined {
    const { to, cc, bcc } = this.#rows;
    const subject = this.subject.trim();
    const head: LetterHead = {
      ...(to && to.length > 0 ? { to } : {}),
      ...(cc ? { cc } : {}),
      ...(bcc && bcc.length > 0 ? { bcc } : {}),
      ...(subject ? { subject } : {}),
      ...(this.quote ? { quote: true } : {}),
    };
    return Object.keys(head).length > 0 ? head : undefined;
  }

  /** Takes a letter's choices back into her hands. */
  take(head: LetterHead | undefined): void {
    this.#rows = {};
    for (const row of ['to', 'cc', 'bcc'] as const) {
      const people = head?.[row];
      if (people) this.#rows[row] = people;
    }
    this.subject = head?.subject ?? '';
    this.quote = head?.quote ?? false;
  }
}

/** Reads what was typed or pasted into addresses, and what is none. Names before "<…>" are kept. */
export function readAddresses(typed: string): { good: Mailbox[]; bad: string } {
  const good: Mailbox[] = [];
  const bad: string[] = [];
  for (const part of typed.split(/[,;\n]/)) {
    const text = part.trim();
    if (!text) continue;
    const named = /^(.*?)<([^<>]*)>$/.exec(text);
    const address = (named?.[2] ?? text).trim();
    const name = (named?.[1] ?? '').trim().replace(/^"(.*)"$/, '$1');
    if (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/u.test(address)) bad.push(text);
    else if (!good.some((known) => same(known.address, address))) good.push(name ? { name, address } : { address });
  }
  return { good, bad: bad.join(', ') };
}

/** Whether two addresses reach the same person, as far as one can see. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

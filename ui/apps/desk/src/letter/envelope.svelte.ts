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

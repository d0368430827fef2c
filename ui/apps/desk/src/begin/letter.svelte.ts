import { freshId, isProblem, type Body, type Channel, type Customer, type Problem } from '@visavis/client';
import { Uploads } from '@visavis/talk';
import type { Session } from '../state/session.svelte.ts';
import { addresseesOf, readAddresses, type Addressee } from './addresses.ts';
import { beginWords } from './words.ts';

type Beginning = Body<'post', '/conversations'>;
const fields = ['channelId', 'to', 'cc', 'bcc', 'subject', 'text'] as const;
export type LetterField = (typeof fields)[number];

/** In characters, as the server counts them. */
const longest = 20_000;

/** Everything of a letter but its words, as it is kept until it leaves. */
export interface LetterHead {
  channelId: string;
  from: string;
  to?: Addressee;
  /** What she typed in place of a customer. */
  typed: string;
  cc: string;
  bcc: string;
  subject: string;
  /** The last try: the same letter is sent again under the same key, so that it arrives once. */
  tried?: { key: string; body: string };
}

const blank: LetterHead = { channelId: '', from: '', typed: '', cc: '', bcc: '', subject: '' };

/** Channels by which somebody can be written to who has not written. */
export function writable(channels: readonly Channel[]): Channel[] {
  return channels.filter(({ written, canSay }) => written && canSay);
}

/** A letter that begins a conversation. There is one draft for each customer, and one for whoever is not chosen yet. */
export class FirstLetter {
  readonly uploads: Uploads;
  readonly #session: Session;
  readonly #shelf: string;
  readonly #fixed: Addressee | undefined;
  #head = $state.raw<LetterHead>(blank);
  #text = $state('');
  #sending = $state(false);
  #faults = $state.raw<ReadonlyMap<LetterField, string>>(new Map());
  #refusal = $state('');

  constructor(session: Session, customer?: Customer) {
    this.#session = session;
    this.uploads = new Uploads((file, onprogress, signal) =>
      session.api.upload('/attachments', file, { onprogress, signal }),
    );
    this.#shelf = `first ${customer?.id ?? ''}`;
    this.#fixed = customer && addresseesOf([customer])[0];
    const kept = session.drafts.get(this.#shelf);
    this.#head = kept.head ?? { ...blank, to: this.#fixed };
    this.#text = kept.text;
    this.uploads.adopt(kept.attachments);
  }

  get head(): LetterHead {
    return this.#head;
  }
  get text(): string {
    return this.#text;
  }
  get sending(): boolean {
    return this.#sending;
  }
  /** Why the whole of it was refused. */
  get refusal(): string {
    return this.#refusal;
  }
  get channels(): Channel[] {
    return writable(this.#session.people.channels);
  }
  get channel(): Channel | undefined {
    const { channels } = this;
    return channels.find(({ id }) => id === this.#head.channelId) ?? channels[0];
  }
  /** Something would be lost. */
  get begun(): boolean {
    const { typed, cc, bcc, subject, to } = this.#head;
    return (
      [this.#text, typed, cc, bcc, subject].some((words) => words.trim() !== '') ||
      to?.address !== this.#fixed?.address ||
      this.uploads.items.length > 0
    );
  }

  fault(field: LetterField): string | undefined {
    return this.#faults.get(field);
  }
  /** The first field to correct, from top to bottom. */
  get firstFault(): LetterField | undefined {
    return fields.find((field) => this.#faults.has(field));
  }

  write(text: string): void {
    this.#text = text;
    this.#mend('text');
    this.keep();
  }
  set(change: Partial<LetterHead>): void {
    this.#head = { ...this.#head, ...change };
    for (const field of fields) if (field in change) this.#mend(field);
    if ('typed' in change) this.#mend('to');
    this.keep();
  }
  discard(): void {
    this.#session.drafts.drop(this.#shelf);
    this.#head = { ...blank, to: this.#fixed };
    this.#text = '';
    this.uploads.clear();
    this.#faults = new Map();
    this.#refusal = '';
  }

  /** Sends it and opens what it began; says whether it left. */
  async send(): Promise<boolean> {
    if (this.#sending) return false;
    const body = this.#checked();
    if (!body) return false;
    this.#sending = true;
    const { api, inbox, route, toasts, i18n } = this.#session;
    try {
      const { conversation } = await api.post('/conversations', body, { key: this.#key(JSON.stringify(body)) });
      this.discard();
      inbox.take(conversation);
      route.open(conversation.id);
      const name = conversation.customer.name || (body.to?.[0]?.address ?? '');
      toasts.show({ text: i18n.with(beginWords).t('begin.sent', { name }), icon: 'send', for: 5000 });
      return true;
    } catch (error) {
      if (!isProblem(error)) throw error;
      this.#refused(error);
      return false;
    } finally {
      this.#sending = false;
    }
  }

  #key(body: string): string {
    const { tried } = this.#head;
    if (tried?.body === body) return tried.key;
    const key = freshId();
    this.set({ tried: { key, body } });
    return key;
  }

  /** The letter as the server takes it, or nothing when something must be corrected first. */
  #checked(): Beginning | undefined {
    const { t } = this.#session.i18n.with(beginWords);
    const { head, channel } = this;
    const faults = new Map<LetterField, string>();
    const read = (field: 'to' | 'cc' | 'bcc', text: string) => {
      const { mailboxes, wrong } = readAddresses(text);
      if (wrong[0] !== undefined) faults.set(field, t('begin.address.wrong', { text: wrong[0] }));
      return mailboxes;
    };
    const to = head.to ? [{ address: head.to.address, name: head.to.name }] : read('to', head.typed);
    const cc = read('cc', head.cc);
    const bcc = read('bcc', head.bcc);
    if (!faults.has('to') && to.length !== 1) faults.set('to', t(to.length === 0 ? 'begin.to.empty' : 'begin.to.one'));
    if (head.subject.trim() === '') faults.set('subject', t('begin.subject.empty'));
    const over = [...this.#text].length - longest;
    const files = this.uploads.attachments;
    if (this.#text.trim() === '' && files.length === 0) faults.set('text', t('begin.text.empty'));
    else if (over > 0) faults.set('text', t('begin.text.long', { n: over }));
    this.#faults = faults;
    this.#refusal = this.uploads.failed ? t('begin.files.failed') : this.uploads.busy ? t('begin.files.busy') : '';
    if (faults.size > 0 || !channel || this.#refusal) return undefined;
    return {
      channelId: channel.id,
      ...(head.from ? { from: head.from } : {}),
      ...(head.to ? { customerId: head.to.customerId } : {}),
      to,
      cc,
      bcc,
      subject: head.subject.trim(),
      text: this.#text,
      ...(files.length > 0 ? { attachmentIds: files.map(({ id }) => id) } : {}),
    };
  }

  #refused(problem: Problem): void {
    const { t } = this.#session.i18n.with(beginWords);
    const said = fields.flatMap((field) => {
      const message = problem.field(field);
      return message === undefined ? [] : [[field, message] as const];
    });
    this.#faults = new Map(said);
    if (said.length > 0) return;
    if (problem.code === 'channel_silent') this.#faults = new Map([['channelId', t('begin.refused.silent')]]);
    else if (problem.status === 0 || problem.status >= 500) this.#refusal = t('begin.refused.offline');
    else this.#refusal = t('begin.refused', { detail: problem.detail });
  }

  #mend(field: LetterField): void {
    if (this.#faults.has(field)) this.#faults = new Map([...this.#faults].filter(([known]) => known !== field));
  }

  /** Puts it on the shelf in the browser; files once they have arrived. */
  keep(): void {
    const { drafts } = this.#session;
    const { attachments } = this.uploads;
    if (this.begun) drafts.keep(this.#shelf, { text: this.#text, note: false, attachments, head: this.#head });
    else drafts.drop(this.#shelf);
  }
}

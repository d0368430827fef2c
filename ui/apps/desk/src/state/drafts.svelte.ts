import type { Attachment } from '@visavis/client';
import type { LetterHead } from '../begin/letter.svelte.ts';

export interface Draft {
  text: string;
  note: boolean;
  attachments: Attachment[];
  /** Of a letter that begins a conversation. */
  head?: LetterHead;
}
const shelf = 'visavis.drafts';
const most = 200;
const empty: Draft = { text: '', note: false, attachments: [] };

/** What she has begun to write, kept per conversation until it leaves: through a reload, a crash, a cut. */
export class Drafts {
  #all = $state.raw<Readonly<Record<string, Draft>>>({});

  constructor() {
    this.#all = read();
  }

  get(conversationId: string): Draft {
    return this.#all[conversationId] ?? empty;
  }
  has(conversationId: string): boolean {
    const draft = this.#all[conversationId];
    return draft !== undefined && (draft.text.trim() !== '' || draft.attachments.length > 0);
  }

  keep(conversationId: string, draft: Draft): void {
    const { [conversationId]: _before, ...others } = this.#all;
    const blank = draft.text === '' && draft.attachments.length === 0 && !draft.head;
    const kept = blank ? others : { ...others, [conversationId]: draft };
    this.#all = Object.fromEntries(Object.entries(kept).slice(-most));
    this.#write();
  }
  drop(conversationId: string): void {
    this.keep(conversationId, empty);
  }
  /** She has signed out: another may sit down here. */
  forget(): void {
    this.#all = {};
    this.#write();
  }

  #write(): void {
    try {
      localStorage.setItem(shelf, JSON.stringify(this.#all));
    } catch {
      // A full shelf: the draft lives as long as the page.
    }
  }
}

function read(): Record<string, Draft> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(shelf) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, Draft>) : {};
  } catch {
    return {};
  }
}

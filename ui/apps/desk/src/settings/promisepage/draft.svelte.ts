import type { PageBody, PublicPage, Words } from './calls.ts';

/** How long the server lets each text be. */
export const limits = { title: 120, text: 600, word: 240, notes: 6 } as const;

/** What was missed and what is done about it, while it is being written. `key` tells notes apart that say the same. */
export interface NoteDraft {
  readonly key: number;
  readonly since: string;
  readonly title: Words;
  readonly text: Words;
}

/** The public page while it is being written: knows whether it differs, and how much must be corrected. */
export class PageDraft {
  published = $state(false);
  channelIds = $state.raw<readonly string[]>([]);
  notes = $state.raw<readonly NoteDraft[]>([]);
  signerId = $state('');
  word = $state.raw<Words>({ fr: '', en: '' });
  #saved = $state('');
  #keys = 0;

  constructor(page: PublicPage) {
    this.fill(page);
  }

  fill(page: PageBody): void {
    this.published = page.published;
    this.channelIds = page.channelIds;
    this.notes = page.notes.map(({ since, title, text }) => ({ key: this.#keys++, since, title, text }));
    this.signerId = page.signerId ?? '';
    this.word = page.word;
    this.#saved = this.#written;
  }

  get body(): PageBody {
    return {
      published: this.published,
      channelIds: [...this.channelIds],
      notes: this.notes.map(({ since, title, text }) => ({ since, title: trimmed(title), text: trimmed(text) })),
      signerId: this.signerId || null,
      word: trimmed(this.word),
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  /** A page that everybody reads must say what about. */
  get bare(): boolean {
    return this.published && this.channelIds.length === 0;
  }
  get faults(): number {
    const wrong = this.notes.filter((note) => !complete(note)).length;
    return wrong + (this.bare ? 1 : 0) + (over(this.word, limits.word) ? 1 : 0);
  }

  show(channelId: string, on: boolean): void {
    const others = this.channelIds.filter((id) => id !== channelId);
    this.channelIds = on ? [...others, channelId] : others;
  }
  /** Moves a channel up (-1) or down (1) on the page. */
  move(channelId: string, by: -1 | 1): void {
    const from = this.channelIds.indexOf(channelId);
    const neighbour = this.channelIds[from + by];
    if (from < 0 || neighbour === undefined) return;
    this.channelIds = this.channelIds.map((id, at) => (at === from ? neighbour : at === from + by ? channelId : id));
  }

  addNote(since: string): void {
    const empty = { fr: '', en: '' };
    if (this.notes.length < limits.notes)
      this.notes = [...this.notes, { key: this.#keys++, since, title: empty, text: empty }];
  }
  changeNote(key: number, next: Partial<Omit<NoteDraft, 'key'>>): void {
    this.notes = this.notes.map((note) => (note.key === key ? { ...note, ...next } : note));
  }
  dropNote(key: number): void {
    this.notes = this.notes.filter((note) => note.key !== key);
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

/** A note has a date and, in one of the languages at least, a title. */
export function complete({ since, title, text }: NoteDraft): boolean {
  return since !== '' && named(title) && !over(title, limits.title) && !over(text, limits.text);
}
export function named({ fr, en }: Words): boolean {
  return fr.trim() !== '' || en.trim() !== '';
}
export function tooLong(text: string, limit: number): boolean {
  return [...text.trim()].length > limit;
}
function over({ fr, en }: Words, limit: number): boolean {
  return tooLong(fr, limit) || tooLong(en, limit);
}
function trimmed({ fr, en }: Words): Words {
  return { fr: fr.trim(), en: en.trim() };
}

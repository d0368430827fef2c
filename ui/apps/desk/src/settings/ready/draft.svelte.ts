import type { Language, ReadyAnswer, ReadyBody, Wording } from '../../ready/calls.ts';
import { languages } from '../../ready/calls.ts';

/** In characters, as the server counts them. */
export const longestText = 8000;
const shortcutForm = /^[a-z0-9][a-z0-9_-]{0,29}$/;

/** A ready answer while it is being written. */
export class ReadyDraft {
  name = $state('');
  shortcut = $state('');
  teamId = $state('');
  subject = $state.raw<Wording>({});
  text = $state.raw<Wording>({});
  #saved = $state('');

  constructor(ready: ReadyAnswer | undefined) {
    if (ready) this.fill(ready);
    else this.#saved = this.#written;
  }

  fill({ name, shortcut = '', teamId, subject = {}, text }: ReadyAnswer): void {
    this.name = name;
    this.shortcut = shortcut;
    this.teamId = teamId ?? '';
    this.subject = subject;
    this.text = text;
    this.#saved = this.#written;
  }

  get body(): ReadyBody {
    return {
      name: this.name.trim(),
      shortcut: this.shortcut.trim().toLowerCase(),
      teamId: this.teamId || null,
      subject: trimmed(this.subject),
      text: trimmed(this.text),
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved;
  }
  get wrongShortcut(): boolean {
    const { shortcut = '' } = this.body;
    return shortcut !== '' && !shortcutForm.test(shortcut);
  }
  get wordless(): boolean {
    return languages.every((language) => (this.text[language] ?? '').trim() === '');
  }
  /** By how many characters the text in a language is too long. */
  over(language: Language): number {
    return Math.max(0, [...(this.text[language] ?? '')].length - longestText);
  }
  get faults(): number {
    const tooLong = languages.filter((language) => this.over(language) > 0).length;
    return Number(this.body.name === '') + Number(this.wrongShortcut) + Number(this.wordless) + tooLong;
  }

  get #written(): string {
    return JSON.stringify(this.body);
  }
}

/** A language without words is left out. */
function trimmed(words: Wording): Wording {
  return Object.fromEntries(
    languages.flatMap((language) => {
      const said = (words[language] ?? '').trim();
      return said ? [[language, said]] : [];
    }),
  );
}

import type { Language, ReadyAnswer, ReadyBody, Wording } from '../../ready/calls.ts';
import { languages } from '../../ready/calls.ts';

/** In characters, as the server counts them. */
export const longestText = 8000;
const shortcutForm = /^[a-z0-9][a-z0-9_-]{0,29}$/;

/** What customers looked for and did not find. */
export interface Wanted {
  title: string;
  language: Language;
}
/** "new/fr/garantie%20du%20cadre": the answer that is wanted, as the address says it. */
export function wantedOf(rest: string): Wanted | undefined {
  const [, language, words = ''] = rest.split('/');
  if (language !== 'fr' && language !== 'en') return undefined;
  try {
    const title = decodeURIComponent(words).trim().slice(0, 80);
    return { title: title.charAt(0).toLocaleUpperCase(language) + title.slice(1), language };
  } catch {
    return undefined;
  }
}

/** A ready answer while it is being written. */
export class ReadyDraft {
  name = $state('');
  shortcut = $state('');
  teamId = $state('');
  /** Customers find it before they write. */
  public = $state(false);
  subject = $state.raw<Wording>({});
  text = $state.raw<Wording>({});
  #saved = $state('');

  constructor(ready: ReadyAnswer | undefined, wanted?: Wanted) {
    if (ready) this.fill(ready);
    else this.#saved = this.#written;
    if (ready || !wanted) return;
    this.name = wanted.title;
    this.subject = { [wanted.language]: wanted.title };
    this.public = true;
  }

  fill({ name, shortcut = '', teamId, subject = {}, text, public: seen = false }: ReadyAnswer): void {
    this.name = name;
    this.shortcut = shortcut;
    this.teamId = teamId ?? '';
    this.subject = subject;
    this.text = text;
    this.public = seen;
    this.#saved = this.#written;
  }

  get body(): ReadyBody {
    return {
      name: this.name.trim(),
      shortcut: this.shortcut.trim().toLowerCase(),
      teamId: this.teamId || null,
      subject: trimmed(this.subject),
      text: trimmed(this.text),
      public: this.public,
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

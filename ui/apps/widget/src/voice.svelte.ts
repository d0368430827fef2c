import { getContext, setContext } from 'svelte';
import type { Locale } from '@visavis/client/types.ts';
import type { fr } from './fr';
import type { Store } from './store';

export type Words = Readonly<Record<keyof typeof fr, string>>;
type Params = Readonly<Record<string, string | number>>;

const midnight = 86_400_000;

/**
 * The voice of the chat: a lighter sibling of the kit's `I18n`, which carries what only the desk says. One dictionary
 * is loaded, the one that is spoken; the other follows when she asks for it. A sentence holds `{name}` places and
 * `{n|one|many}` choices.
 */
export class Voice {
  #words = $state.raw<Words | undefined>(undefined);
  #locale = $state.raw<Locale>('fr');
  #now = $state.raw(Date.now());

  get locale(): Locale {
    return this.#locale;
  }
  get ready(): boolean {
    return this.#words !== undefined;
  }
  get now(): number {
    return this.#now;
  }

  async speak(locale: Locale): Promise<void> {
    const words: Words = locale === 'fr' ? (await import('./fr')).fr : (await import('./en')).en;
    this.#words = words;
    this.#locale = locale;
  }

  /** Keeps "yesterday" true, and tells who else goes by the minute; returns what stops it. */
  tick(also: () => void): () => void {
    const timer = setInterval(() => {
      this.#now = Date.now();
      also();
    }, 60_000);
    return () => clearInterval(timer);
  }

  t = (key: keyof Words, params?: Params): string => this.#fill(this.#words?.[key], params);

  /** The voice of a part that brings its own words, in both languages, when it is fetched. */
  of<K extends string>(
    words: Readonly<Record<Locale, Readonly<Record<K, string>>>>,
  ): (key: K, params?: Params) => string {
    return (key, params) => this.#fill(words[this.#locale][key], params);
  }

  #fill(text = '', params: Params = {}): string {
    return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
      const value = params[name] ?? '';
      if (one === undefined) return String(value);
      return (Number(value) < 2 ? one : (many ?? '')).replace('#', this.number(Number(value)));
    });
  }

  number = (n: number): string => n.toLocaleString(this.#locale);

  size = (bytes: number): string => {
    const unit = this.#locale === 'fr' ? 'o' : 'B';
    return bytes < 1e6
      ? `${this.number(Math.ceil(bytes / 1e3))}\u202fk${unit}`
      : `${this.number(Math.round(bytes / 1e5) / 10)}\u202fM${unit}`;
  };

  /** "09:12" */
  time = (at: string): string => this.#format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

  /** "9 h 30" in French, "9:30" in English: a time inside a sentence. */
  clock = (at: string): string => {
    const [hour = '', minute = ''] = this.time(at).split(':');
    if (this.#locale === 'en') return `${Number(hour)}:${minute}`;
    return `${Number(hour)}\u202fh${minute === '00' ? '' : `\u202f${minute}`}`;
  };

  /** "aujourd’hui", "hier", "lundi 23 novembre" */
  day = (at: string): string => {
    const ahead = this.ahead(at);
    return ahead > -2 && ahead < 2
      ? new Intl.RelativeTimeFormat(this.#locale, { numeric: 'auto' }).format(ahead, 'day').replace("'", '’')
      : this.#format(at, { weekday: 'long', day: 'numeric', month: 'long' });
  };

  /** "09:12" today, "hier", "23 nov." */
  when = (at: string): string => {
    const ahead = this.ahead(at);
    if (!ahead) return this.time(at);
    return ahead === -1 ? this.day(at) : this.#format(at, { day: 'numeric', month: 'short' });
  };

  /** "1 min", "12 min", "2 h": a wait, never shorter than it is. */
  span = (seconds: number): string => {
    const minutes = Math.max(1, Math.ceil(seconds / 60));
    return minutes > 90 ? `${Math.ceil(minutes / 60)}\u202fh` : `${minutes}\u202fmin`;
  };

  /** An hour by which something is promised: "10 h 12" on the day that is spoken of (today), else "demain 10 h 12". */
  by = (at: string, on?: string): string => {
    const due = whole(at);
    const time = this.clock(due).replace(/^0(:00|\u202fh)$/, this.t('midnight'));
    const day = time === this.t('midnight') ? at : due; // the midnight that ends a day is of that day
    return this.ahead(day) === (on ? this.ahead(on) : 0) ? time : this.t('when.by', { day: this.#weekday(day), time });
  };

  /** A moment to come: "aujourd’hui à 9 h", "demain à 9 h", "lundi à 9 h", "lundi 30 novembre à 9 h". */
  moment = (at: string): string => {
    const day = this.#weekday(at);
    return this.t(this.ahead(at) > 1 ? 'when.on' : 'when.at', { day, time: this.clock(at) });
  };

  #weekday(at: string): string {
    const ahead = this.ahead(at);
    return ahead > 1 && ahead < 7 ? this.#format(at, { weekday: 'long' }) : this.day(at);
  }

  /** Midnights from now to then, by the reader's own calendar; negative for days past. */
  ahead(at: string): number {
    const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / midnight;
    return day(new Date(at)) - day(new Date(this.#now));
  }

  #format(at: string, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.#locale === 'fr' ? 'fr-FR' : 'en-GB', options).format(new Date(at));
  }
}

/** The minute by which something is promised, up to the next whole one; two seconds more are no minute more. */
export const whole = (at: string): string => new Date(Math.ceil(Date.parse(at) / 6e4 - 1 / 30) * 6e4).toISOString();

/**
 * The language to speak, among those the channel offers: what she chose here, then what the page speaks, then what her
 * browser prefers, then the channel's first.
 */
export function choose(
  offered: readonly string[],
  store: Store,
  page: string | undefined,
  browser: readonly string[],
): Locale {
  const wanted = [store.get('locale'), page, ...browser, ...offered].map((tag) => tag?.slice(0, 2).toLowerCase());
  return (
    wanted.find((tag): tag is Locale => (tag === 'fr' || tag === 'en') && (offered.includes(tag) || !offered.length)) ??
    'fr'
  );
}

const place = Symbol('voice');

export function provideVoice(voice: Voice): Voice {
  return setContext(place, voice);
}

export function useVoice(): Voice {
  return getContext<Voice>(place);
}

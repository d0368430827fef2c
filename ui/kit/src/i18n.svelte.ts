import { getContext, setContext } from 'svelte';
import { say, type Params } from './plural.ts';

export type Locale = 'fr' | 'en';
export type Dictionary = Readonly<Record<string, string>>;
/** The French words say which there are; the English ones must be the same. */
interface Written<D extends Dictionary> {
  readonly fr: D;
  readonly en: NoInfer<{ readonly [K in keyof D]: string }>;
}

/** What every dictionary of one screen shares: the language, the zone, and a clock that ticks so that "yesterday" becomes true at midnight. */
class Setting {
  locale = $state<Locale>('fr');
  zone = $state<string | undefined>(undefined);
  now = $state(Date.now());
}

const day = 86_400_000;

/**
 * The voice of a surface: its own dictionary in both languages, and numbers, sizes, days and times as people write them.
 * `with` gives another dictionary the same setting, so that rooms loaded later change language together.
 */
export class I18n<D extends Dictionary = Dictionary> {
  readonly #words: Written<D>;
  readonly #setting: Setting;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(words: Written<D>, locale: Locale | Setting = 'fr') {
    this.#words = words;
    if (typeof locale === 'string') {
      this.#setting = new Setting();
      this.#setting.locale = locale;
    } else this.#setting = locale;
  }

  with<E extends Dictionary>(words: Written<E>): I18n<E> {
    return new I18n<E>(words, this.#setting);
  }

  get locale(): Locale {
    return this.#setting.locale;
  }
  set locale(locale: Locale) {
    this.#setting.locale = locale;
  }
  /** IANA zone of the reader; undefined follows the machine. */
  get zone(): string | undefined {
    return this.#setting.zone;
  }
  set zone(zone: string | undefined) {
    this.#setting.zone = zone;
  }
  /** The reader's clock in ms, moved every half minute by `tick`. Reading it makes a component follow time. */
  get now(): number {
    return this.#setting.now;
  }
  set now(now: number) {
    this.#setting.now = now;
  }

  /** Starts the clock; returns what stops it. */
  tick(everyMs = 30_000): () => void {
    const timer = setInterval(() => (this.#setting.now = Date.now()), everyMs);
    return () => clearInterval(timer);
  }

  t = (key: keyof D & string, params?: Params): string =>
    say(this.#words[this.locale][key] ?? key, params, this.locale);

  /** "09:12" */
  time = (at: string | number | Date): string =>
    this.#format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

  /** "10 h 12" in French, "10:12" in English: a time inside a sentence. */
  clock = (at: string | number | Date, zone?: string): string => {
    const [hour = '', minute = ''] = this.#format(
      at,
      { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      zone,
    ).split(':');
    if (this.locale === 'en') return `${Number(hour)}:${minute}`;
    return minute === '00' ? `${Number(hour)}\u202fh` : `${Number(hour)}\u202fh\u202f${minute}`;
  };

  /** "aujourd’hui", "hier, lundi 23 novembre", "lundi 23 novembre 2025" */
  day = (at: string | number | Date): string => {
    const away = this.#daysAgo(at);
    if (away === 0) return this.locale === 'fr' ? 'aujourd’hui' : 'today';
    const long = this.date(at);
    if (away === 1) return this.locale === 'fr' ? `hier, ${long}` : `yesterday, ${long}`;
    return long;
  };

  /** "lundi 23 novembre", with the year when it is another. */
  date = (at: string | number | Date): string => {
    const year = this.#year(at) === this.#year(this.now) ? undefined : 'numeric';
    return this.#format(at, { weekday: 'long', day: 'numeric', month: 'long', year });
  };

  /** "23 octobre", with the year when it is another. */
  dayOfYear = (at: string | number | Date): string => {
    const year = this.#year(at) === this.#year(this.now) ? undefined : 'numeric';
    return this.#format(at, { day: 'numeric', month: 'long', year });
  };

  /** The short time of a list: "09:12", "hier", "lun.", "12 oct.", "12 oct. 2025". */
  when = (at: string | number | Date): string => {
    const away = this.#daysAgo(at);
    if (away <= 0) return this.time(at);
    if (away === 1) return this.locale === 'fr' ? 'hier' : 'yesterday';
    if (away < 7) return this.#format(at, { weekday: 'short' });
    if (this.#year(at) === this.#year(this.now)) return this.#format(at, { day: 'numeric', month: 'short' });
    return this.#format(at, { month: 'short', year: 'numeric' });
  };

  /** A moment to come: "14 h 10", "demain 9 h", "lun. 9 h", "12 oct. 9 h". */
  until = (at: string | number | Date): string => {
    const ahead = -this.#daysAgo(at);
    const clock = this.clock(at);
    if (ahead <= 0) return clock;
    if (ahead === 1) return this.locale === 'fr' ? `demain ${clock}` : `tomorrow ${clock}`;
    if (ahead < 7) return `${this.#format(at, { weekday: 'short' })} ${clock}`;
    return `${this.#format(at, { day: 'numeric', month: 'short' })} ${clock}`;
  };

  /** A length of time: "40 s", "4 min", "2 h 40", "3 j". */
  lasting = (ms: number): string => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const nb = '\u202f';
    if (s < 60) return `${s}${nb}s`;
    const min = Math.floor(s / 60);
    if (min < 60) return `${min}${nb}min`;
    const h = Math.floor(min / 60);
    if (h < 24) return min % 60 && h < 10 ? `${h}${nb}h${nb}${String(min % 60).padStart(2, '0')}` : `${h}${nb}h`;
    return `${Math.floor(h / 24)}${nb}${this.locale === 'fr' ? 'j' : 'd'}`;
  };

  /** "8,4 Mo", "8.4 MB" */
  size = (bytes: number): string => {
    const units = this.locale === 'fr' ? ['o', 'ko', 'Mo', 'Go'] : ['B', 'kB', 'MB', 'GB'];
    let n = bytes;
    let unit = 0;
    while (n >= 1000 && unit < units.length - 1) {
      n /= 1000;
      unit++;
    }
    return `${this.number(unit > 0 && n < 10 ? Math.round(n * 10) / 10 : Math.round(n))}\u202f${units[unit] ?? ''}`;
  };

  number = (n: number): string => new Intl.NumberFormat(this.locale).format(n);

  #format(at: string | number | Date, options: Intl.DateTimeFormatOptions, zone = this.zone): string {
    const date = new Date(at);
    if (Number.isNaN(date.getTime())) return '';
    const key = `${this.locale} ${zone ?? ''} ${JSON.stringify(options)}`;
    let format = this.#formats.get(key);
    if (!format) {
      try {
        format = new Intl.DateTimeFormat(this.locale === 'fr' ? 'fr-FR' : 'en-GB', { ...options, timeZone: zone });
      } catch {
        format = new Intl.DateTimeFormat(this.locale, options); // a zone this machine does not know
      }
      this.#formats.set(key, format);
    }
    return format.format(date);
  }

  #year(at: string | number | Date): string {
    return this.#format(at, { year: 'numeric' });
  }

  /** Midnights between then and now, in the reader's zone; negative for days to come. */
  #daysAgo(at: string | number | Date): number {
    const number = (then: string | number | Date) => {
      const [d = 1, m = 1, y = 1970] = this.#format(then, { day: '2-digit', month: '2-digit', year: 'numeric' })
        .split('/')
        .map(Number);
      return Date.UTC(y, m - 1, d) / day;
    };
    return number(this.now) - number(at);
  }
}

const place = Symbol('i18n');

/** Hands the voice to every component below. */
export function provideI18n<D extends Dictionary>(i18n: I18n<D>): I18n<D> {
  setContext(place, i18n);
  return i18n;
}

/** The voice with the dictionary of a room: `const { t } = useI18n({ fr, en })`. */
export function useI18n<D extends Dictionary>(words: Written<D>): I18n<D> {
  return getContext<I18n>(place).with(words);
}

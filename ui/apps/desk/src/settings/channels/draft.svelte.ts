import type { Channel, Locale, WebchatSettings } from '@visavis/client';
import { problems, sorted, type Slot } from '../hours.ts';
import { firstColour, isColour } from './colour.ts';
import { settingsOf } from './read.ts';

export const greetingLength = 160;
export const originsMost = 50;

type AssistOffer = NonNullable<WebchatSettings['offer']>;
export type Whom = NonNullable<AssistOffer['whom']>;

/** A web chat while it is being written: may be wrong for a moment, knows whether it is and whether it differs. */
export class ChannelDraft {
  name = $state('');
  colour = $state(firstColour);
  greeting = $state({ fr: '', en: '' });
  languages = $state.raw<readonly Locale[]>(['fr', 'en']);
  origins = $state.raw<readonly string[]>([]);
  teamId = $state('');
  /** Whether its customers may call a person on video. */
  assist = $state(false);
  /** Where, to whom and when that is offered. */
  only = $state.raw<readonly string[]>([]);
  never = $state.raw<readonly string[]>([]);
  whom = $state<Whom>('');
  speaks = $state<Locale | ''>('');
  segments = $state.raw<readonly string[]>([]);
  inHours = $state(false);
  staff = $state(0);
  /** What of the site's pages is hidden besides, and which fields may be seen: CSS selectors. */
  hide = $state.raw<readonly string[]>([]);
  show = $state.raw<readonly string[]>([]);
  timed = $state(false);
  zone = $state('');
  week = $state.raw<readonly Slot[]>([]);
  #saved = $state('');

  constructor(channel: Channel | undefined, homeZone: string) {
    this.zone = homeZone;
    if (channel) this.fill(channel);
    else this.#saved = this.#written;
  }

  fill(channel: Pick<Channel, 'name' | 'settings'>): void {
    const { colour, greeting, languages, origins, teamId, hours, assist, offer, mask } = settingsOf(channel);
    this.name = channel.name;
    this.colour = colour;
    this.greeting = { ...greeting };
    this.languages = languages;
    this.origins = origins;
    this.teamId = teamId ?? '';
    this.assist = assist ?? false;
    this.only = offer?.only ?? [];
    this.never = offer?.never ?? [];
    this.whom = offer?.whom ?? '';
    this.speaks = offer?.languages?.length === 1 ? (offer.languages[0] ?? '') : '';
    this.segments = offer?.segments ?? [];
    this.inHours = offer?.inHours ?? false;
    this.staff = offer?.staff ?? 0;
    this.hide = mask?.hide ?? [];
    this.show = mask?.show ?? [];
    this.timed = hours != null;
    this.zone = hours?.zone ?? this.zone;
    this.week = sorted(hours?.week ?? []);
    this.#saved = this.#written;
  }

  /** The language of those whose own the chat does not speak. */
  get first(): Locale {
    return this.languages[0] ?? 'fr';
  }
  set first(locale: Locale) {
    if (this.languages.includes(locale)) this.languages = [locale, ...this.languages.filter((one) => one !== locale)];
  }
  speak(locale: Locale, on: boolean): void {
    this.languages = on ? [...this.languages, locale] : this.languages.filter((one) => one !== locale);
  }

  get settings(): WebchatSettings {
    return {
      colour: this.colour.toLowerCase(),
      greeting: { fr: this.greeting.fr.trim(), en: this.greeting.en.trim() },
      origins: [...this.origins],
      languages: [...this.languages],
      ...(this.teamId === '' ? {} : { teamId: this.teamId }),
      ...(this.assist ? { assist: true } : {}),
      ...(Object.keys(this.offer).length > 0 ? { offer: this.offer } : {}),
      ...(this.hide.length + this.show.length > 0 ? { mask: { hide: [...this.hide], show: [...this.show] } } : {}),
      ...(this.timed ? { hours: { zone: this.zone, week: sorted(this.week) } } : {}),
    };
  }

  /** Empty where it is offered everywhere, to everyone, at any hour. */
  get offer(): AssistOffer {
    return {
      ...(this.only.length ? { only: [...this.only] } : {}),
      ...(this.never.length ? { never: [...this.never] } : {}),
      ...(this.whom ? { whom: this.whom } : {}),
      ...(this.speaks ? { languages: [this.speaks] } : {}),
      ...(this.segments.length ? { segments: [...this.segments] } : {}),
      ...(this.inHours ? { inHours: true } : {}),
      ...(this.staff ? { staff: this.staff } : {}),
    };
  }

  get changed(): boolean {
    return this.#written !== this.#saved;
  }

  /** How many things must be corrected before it can be saved. */
  get faults(): number {
    const hours = this.timed ? problems(this.week).filter((problem) => problem !== undefined).length : 0;
    const greetings = this.languages.filter((one) => this.left(one) < 0).length;
    return (
      [this.name.trim() === '', !isColour(this.colour), this.languages.length === 0].filter(Boolean).length +
      hours +
      greetings
    );
  }

  /** Characters left for a greeting. */
  left(locale: Locale): number {
    return greetingLength - [...this.greeting[locale].trim()].length;
  }

  get #written(): string {
    return JSON.stringify([this.name.trim(), this.settings]);
  }
}

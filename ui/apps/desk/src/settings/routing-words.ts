import { useI18n, type I18n } from '@visavis/kit';
import { routingEn } from '../strings/routing.en.ts';
import { routingFr } from '../strings/routing.fr.ts';

export type RoutingWords = typeof routingFr;
export type RoutingKey = keyof RoutingWords & string;
export type RoutingSay = I18n<RoutingWords>['t'];

/** The words of hours, promises, priority, routing and rules. */
export function useRoutingWords(): I18n<RoutingWords> {
  return useI18n<RoutingWords>({ fr: routingFr, en: routingEn });
}

/** A word that the server may add to later: said by its own name while this desk has no better one. */
export function sayOr(t: RoutingSay, key: string, otherwise: string): string {
  return key in routingFr ? t(key as RoutingKey) : otherwise;
}

/** The kinds of channel that promises and rules tell apart. */
export const channelKinds = [
  'webchat',
  'email',
  'phone',
  'callback',
  'sos',
  'shop',
  'form',
  'letter',
  'sms',
  'whatsapp',
  'messenger',
  'telegram',
  'matrix',
  'social',
  'mastodon',
  'bluesky',
  'mention',
  'review',
] as const;

export const kindText = (kind: string, t: RoutingSay): string => sayOr(t, `channelkind.${kind}`, kind);

/** "a, b and c" in the reader's language. */
export function listText(all: readonly string[], locale: string, type: 'conjunction' | 'disjunction' = 'conjunction') {
  return new Intl.ListFormat(locale, { type, style: 'long' }).format(all);
}

import { useI18n, type I18n } from '@visavis/kit';
import { webhooksEn } from '../../strings/webhooks.en.ts';
import { webhooksFr } from '../../strings/webhooks.fr.ts';

export type WebhookWords = typeof webhooksFr;
export type WebhookSay = I18n<WebhookWords>['t'];

export function useWebhookWords(): I18n<WebhookWords> {
  return useI18n<WebhookWords>({ fr: webhooksFr, en: webhooksEn });
}

/** A type of event in the reader's words; one that has none is said by its name. */
export function typeText(type: string, t: WebhookSay): string {
  const key = `type.${type}`;
  return isKey(key) ? t(key) : type;
}

function isKey(key: string): key is keyof WebhookWords & `type.${string}` {
  return key in webhooksFr;
}

import { useI18n, type I18n } from '@visavis/kit';
import { mailboxEn } from '../../strings/mailbox.en.ts';
import { mailboxFr } from '../../strings/mailbox.fr.ts';

export type MailboxWords = typeof mailboxFr;
export type MailboxSay = I18n<MailboxWords>['t'];

export function useMailboxWords(): I18n<MailboxWords> {
  return useI18n<MailboxWords>({ fr: mailboxFr, en: mailboxEn });
}

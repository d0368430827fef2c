import { useI18n, type I18n } from '@visavis/kit';
import { mailEn } from '../strings/mail.en.ts';
import { mailFr } from '../strings/mail.fr.ts';

export type MailWords = typeof mailFr;
export type MailVoice = I18n<MailWords>;
export type MailSay = MailVoice['t'];

export function useMailWords(): MailVoice {
  return useI18n<MailWords>({ fr: mailFr, en: mailEn });
}

/** Why a letter lies in quarantine. A reason that has no words yet is said by its name, for whoever asks for help. */
export function reasonText(t: MailSay, reason = ''): string {
  const key = `reason.${reason}`;
  return isKey(key) ? t(key) : t('reason.other', { reason });
}

/** What to do with a letter in quarantine. */
export function wayText(t: MailSay, reason = ''): string {
  const key = `way.${reason}`;
  return t(isKey(key) ? key : 'way.other');
}

/** What is wrong with a line or a letter, and what can be done about it. */
export function problemText(t: MailSay, problem = ''): { what: string; remedy: string } {
  const key = `problem.${problem}`;
  const remedy = `remedy.${problem}`;
  return {
    what: isKey(key) ? t(key) : t('problem.other', { problem }),
    remedy: isKey(remedy) ? t(remedy) : '',
  };
}

function isKey(key: string): key is keyof MailWords & string {
  return key in mailFr;
}

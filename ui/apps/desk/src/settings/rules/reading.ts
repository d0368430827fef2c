import type { I18n } from '@visavis/kit';
import type { Room } from '../room.svelte.ts';
import type { RoutingWords } from '../routing-words.ts';
import type { Reading } from './wording.ts';

export interface NamedWebhook {
  id: string;
  name: string;
}

/** Names as the desk knows them; what is gone says so. Follows the language as it changes. */
export function readingOf(room: Room, i18n: I18n<RoutingWords>, webhooks: () => readonly NamedWebhook[]): Reading {
  const gone = () => i18n.t('gone');
  return {
    t: i18n.t,
    get locale() {
      return i18n.locale;
    },
    team: (id) => room.people.team(id)?.name ?? gone(),
    channel: (id) => room.people.channel(id)?.name ?? gone(),
    member: (id) => room.people.member(id)?.name ?? gone(),
    reason: (key) => room.session.readings.tree.nameOf(key, i18n.locale),
    webhook: (id) => webhooks().find((one) => one.id === id)?.name ?? gone(),
  };
}

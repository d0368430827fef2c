import type { Room } from '../room.svelte.ts';
import type { RoutingSay } from '../routing-words.ts';
import type { Names } from './wording.ts';

/** Names of teams and channels as the desk knows them; what is gone says so. */
export function namesOf(room: Room, t: RoutingSay): Names {
  return {
    team: (id) => room.people.team(id)?.name ?? t('gone'),
    channel: (id) => room.people.channel(id)?.name ?? t('gone'),
  };
}

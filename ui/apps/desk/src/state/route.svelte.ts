import type { ConversationState, View } from '@visavis/client';
import { filterQuery, readFilter, type ReadingFilter } from '../reading/filter.ts';
import { takeLink, type Link } from './link.ts';

/** Which list: one of the shared views, or one team's. */
export interface ListPlace {
  view: View;
  teamId: string | null;
  state: ConversationState;
  /** Only those whose words say so. */
  filter?: ReadingFilter;
}

export type Place =
  | { room: 'inbox'; list: ListPlace; conversationId: string | null; pane: 'thread' | 'customer' }
  | { room: 'settings'; path: string }
  | { room: 'mail'; path: string }
  | { room: 'incidents'; path: string }
  | { room: 'recordings'; path: string }
  | { room: 'staffing' }
  | { room: 'calls' }
  | { room: 'board'; wall: boolean }
  | { room: 'reasons'; tab: 'board' | 'matrix' | 'searches' }
  | { room: 'setup' | 'invite' | 'signin' };

export const home: ListPlace = { view: 'mine', teamId: null, state: 'open' };

const views: readonly string[] = ['mine', 'unassigned', 'teams', 'risk', 'all'];
const states: readonly string[] = ['open', 'snoozed', 'resolved'];
const isView = (word: string | undefined): word is View => views.includes(word ?? '');
const isState = (word: string | undefined): word is ConversationState => states.includes(word ?? '');

/** "#/mine/open/<id>/customer", "#/team/<id>/open", "#/c/<id>", "#/settings/members", "#/mail/failed/<id>", "#/setup/<token>"; a list may end in what is chosen of it: "#/all/open?reason=delivery" */
export function readPlace(hash: string, before: ListPlace = home): Place {
  const [path = '', query = ''] = hash.split('?');
  const words = path.replace(/^#\/?/, '').split('/').filter(Boolean);
  const first = words[0];
  if (first === 'settings' || first === 'mail' || first === 'incidents' || first === 'recordings')
    return { room: first, path: words.slice(1).join('/') };
  if (first === 'staffing' || first === 'calls') return { room: first };
  if (first === 'reasons')
    return { room: first, tab: words[1] === 'matrix' || words[1] === 'searches' ? words[1] : 'board' };
  if (first === 'board') return { room: first, wall: words[1] === 'wall' };
  if (first === 'setup' || first === 'invite' || first === 'signin') return { room: first };
  if (first === 'c') return inbox(before, words[1], words[2]);
  const team = first === 'team' && words[1] ? words[1] : null;
  const view: View = team ? 'team' : isView(first) ? first : home.view;
  const rest = words.slice(team ? 2 : 1);
  const state = isState(rest[0]) ? rest[0] : 'open';
  const filter = query ? { filter: readFilter(query) } : {};
  return inbox({ view, teamId: team, state, ...filter }, rest[1], rest[2]);
}

function inbox(list: ListPlace, conversationId: string | undefined, pane: string | undefined): Place {
  return {
    room: 'inbox',
    list,
    conversationId: conversationId ?? null,
    pane: pane === 'customer' ? 'customer' : 'thread',
  };
}

function pathOf({ view, teamId, state }: ListPlace): string {
  return view === 'team' ? `#/team/${teamId ?? ''}/${state}` : `#/${view}/${state}`;
}
function chosen({ filter }: ListPlace): string {
  const query = filterQuery(filter);
  return query && `?${query}`;
}
export function listHash(list: ListPlace): string {
  return pathOf(list) + chosen(list);
}
export function conversationHash(list: ListPlace, id: string, pane: 'thread' | 'customer' = 'thread'): string {
  return `${pathOf(list)}/${id}${pane === 'customer' ? '/customer' : ''}${chosen(list)}`;
}

/** Where the desk is, as the address bar says it. */
export class Route {
  #place = $state.raw<Place>(readPlace(''));

  get place(): Place {
    return this.#place;
  }
  #link = $state.raw<Link | undefined>(undefined);

  /** The link she came by, while she is where it leads. Its token is known here only: the address bar never keeps it. */
  get link(): Link | undefined {
    return this.#link;
  }
  /** The list last shown, also while in the settings. */
  list = $state.raw<ListPlace>(home);

  listen(): () => void {
    const read = () => {
      const link = takeLink();
      this.#place = readPlace(location.hash, this.list);
      if (link || this.#place.room !== this.#link?.kind) this.#link = link;
      if (this.#place.room === 'inbox') this.list = this.#place.list;
    };
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }

  go(hash: string, { replace = false } = {}): void {
    if (location.hash === hash) return;
    if (!replace) {
      location.hash = hash;
      return;
    }
    history.replaceState(history.state, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }

  open(id: string, pane: 'thread' | 'customer' = 'thread', options?: { replace?: boolean }): void {
    this.go(conversationHash(this.list, id, pane), options);
  }
  show(list: Partial<ListPlace>): void {
    this.go(listHash({ ...home, ...list }));
  }
  get conversationId(): string | null {
    return this.#place.room === 'inbox' ? this.#place.conversationId : null;
  }
}

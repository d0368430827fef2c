import type { Conversation, Member } from '@visavis/client';
import type { IconName, Shortcut } from '@visavis/kit';
import { sectionsFor } from '../settings/sections.ts';
import { iconOf } from '../settings/teams/icons.ts';
import { hashOf, iconOf as viewIcon } from '../state/views.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import type { Line } from './line.ts';
import type { Say } from './words.ts';

const icons: Record<string, IconName> = {
  reply: 'reply',
  begin: 'mail',
  note: 'lock',
  assign: 'user',
  assignMe: 'user',
  snooze: 'moon',
  resolve: 'check',
  reopen: 'undo',
  rename: 'pen',
  step: 'eye',
  classify: 'pen',
  correct: 'tag',
  why: 'survey',
  order: 'filter',
  'next.mine': 'right',
  'offer.accept': 'check',
  'offer.decline': 'right',
  'presence.available': 'sun',
  'presence.busy': 'x',
  'presence.away': 'half',
  'go.risk': 'alert',
  'go.board': 'survey',
  'go.reasons': 'tag',
  undo: 'undo',
  help: 'keyboard',
  'go.mine': 'inbox',
  'go.unassigned': 'users',
  'go.teams': 'bubbles',
  'go.all': 'chat',
  'go.open': 'inbox',
  'go.snoozed': 'moon',
  'go.resolved': 'check',
  'go.settings': 'gear',
};
/** The verbs on the open conversation, in the order of a day's work, and when each makes sense. */
const onConversation: Record<string, (conversation: Conversation) => boolean> = {
  reply: () => true,
  note: () => true,
  assign: () => true,
  assignMe: () => true,
  snooze: ({ state }) => state !== 'resolved',
  resolve: ({ state }) => state !== 'resolved',
  reopen: ({ state }) => state !== 'open',
  rename: () => true,
  step: () => true,
  classify: () => true,
  correct: ({ reading }) => reading !== undefined,
  why: () => true,
};
/** What can be done at any time. */
const anywhere = new Set([
  'begin',
  'help',
  'order',
  'next.mine',
  'presence.available',
  'presence.busy',
  'presence.away',
]);

export function openConversation(session: Session): Conversation | undefined {
  return session.inbox.get(session.route.conversationId);
}

/** Everything that can be done or gone to without asking the server. */
export function offersOf(session: Session, t: Say): Line[] {
  const open = openConversation(session);
  const known = session.keys.list.filter(({ id }) => id !== 'palette' && id !== 'next' && id !== 'previous');
  const verbs = open ? known.filter(({ id }) => onConversation[id]?.(open)) : [];
  const places = known.filter(({ id }) => id.startsWith('go.'));
  const others = known.filter(({ id }) => {
    if (id === 'undo') return session.toasts.undoable !== undefined;
    if (id === 'offer.accept' || id === 'offer.decline') return session.offers.current !== undefined;
    return anywhere.has(id) && !(id === `presence.${session.member?.presence ?? ''}`);
  });
  return [
    ...verbs.map((shortcut) => lineOf(shortcut, 'conversation', session, open)),
    ...others.map((shortcut) => lineOf(shortcut, 'actions', session)),
    ...own(session, t),
    ...places.map((shortcut) => lineOf(shortcut, 'places', session)),
    ...views(session, t),
    ...teams(session),
    ...settings(session, t),
  ];
}

function lineOf(shortcut: Shortcut, group: Line['group'], session: Session, on?: Conversation): Line {
  const { id, label, run } = shortcut;
  return {
    id: `key ${id}`,
    group,
    title: label,
    keys: session.keys.hint(id),
    peek: { kind: 'verb', icon: icons[id] ?? 'right', on },
    run,
  };
}

function own(session: Session, t: Say): Line[] {
  const verb = (id: string, icon: IconName, title: string, run: () => void): Line => ({
    id,
    group: 'actions',
    title,
    peek: { kind: 'verb', icon },
    run,
  });
  const dark = session.preferences.theme === 'dark';
  return [
    verb('theme', dark ? 'sun' : 'moon', dark ? t('palette.light') : t('palette.dark'), () => {
      session.preferences.theme = dark ? 'light' : 'dark';
    }),
    verb('leave', 'logout', t('palette.leave'), () => void session.signOut()),
  ];
}

function views(session: Session, t: Say): Line[] {
  return session.views.all.map((view, i) => ({
    id: `view ${view.id}`,
    group: 'places',
    title: view.name,
    second: t(view.sharing === 'own' ? 'palette.view.own' : 'palette.view.shared'),
    keys: session.keys.hint(`view.${i + 1}`),
    peek: { kind: 'verb', icon: viewIcon(view) },
    run: () => session.route.go(hashOf(view)),
  }));
}

function teams(session: Session): Line[] {
  return session.people.teams.map(({ id, name, icon }) => ({
    id: `team ${id}`,
    group: 'places',
    title: name,
    peek: { kind: 'verb', icon: iconOf(icon) },
    run: () => session.route.show({ view: 'team', teamId: id }),
  }));
}

function settings(session: Session, t: Say): Line[] {
  return sectionsFor(session.member?.role).map(({ name, icon }) => ({
    id: `settings ${name}`,
    group: 'places',
    title: t(`palette.settings.${name}`),
    second: t('palette.settings'),
    peek: { kind: 'verb', icon },
    run: () => session.route.go(`#/settings/${name}`),
  }));
}

/** Colleagues: choosing one gives her the open conversation; without one, an administrator goes to the list of members. */
export function membersOf(session: Session, t: Say): Line[] {
  const open = openConversation(session);
  if (!open && session.member?.role !== 'administrator') return [];
  return session.people.colleagues.map((member) => ({
    id: `member ${member.id}`,
    group: 'members',
    title: member.name,
    second: open
      ? t(member.id === session.me?.member.id ? 'palette.assign.me' : 'palette.assign')
      : t(`palette.role.${member.role}`),
    peek: { kind: 'member', member },
    run: () => give(session, member, open),
  }));
}

function give(session: Session, member: Member, open: Conversation | undefined): void {
  if (open) void session.actions.assign(open.id, { memberId: member.id, teamId: open.teamId ?? null });
  else session.route.go('#/settings/members');
}

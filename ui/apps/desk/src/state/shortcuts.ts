import type { Shortcut } from '@visavis/kit';
import type { Session } from './session.svelte.ts';

/** What the open panes offer to a key: they put themselves here while they stand. */
export interface Hands {
  reply?: () => void;
  note?: () => void;
  assign?: () => void;
  snooze?: () => void;
  rename?: () => void;
  customer?: () => void;
  move?: (by: 1 | -1) => void;
}

/** Every key of the desk. One letter acts on the open conversation, G then a letter goes somewhere. */
export function shortcuts(session: Session, hands: Hands): Shortcut[] {
  const { actions, i18n, inbox, route, toasts } = session;
  const { t } = i18n;
  const id = () => route.conversationId;
  const open = () => inbox.get(id());
  const on = (run: (conversationId: string) => unknown) => () => {
    const known = id();
    if (known) void run(known);
  };
  const atDesk = () => route.place.room === 'inbox' && !session.palette && !session.help;
  const there = () => atDesk() && open() !== undefined;
  const conversation = t('keys.conversation');
  const write = t('keys.write');
  const move = t('keys.move');
  const go = t('keys.go');
  return [
    { id: 'reply', keys: 'r', label: t('act.reply'), group: write, run: () => hands.reply?.(), when: there },
    { id: 'note', keys: 'n', label: t('act.note'), group: write, run: () => hands.note?.(), when: there },
    { id: 'assign', keys: 'a', label: t('act.assign'), group: conversation, run: () => hands.assign?.(), when: there },
    {
      id: 'assignMe',
      keys: 'i',
      label: t('act.assign.me'),
      group: conversation,
      run: on((c) => actions.assignToMe(c)),
      when: there,
    },
    { id: 'snooze', keys: 'h', label: t('act.snooze'), group: conversation, run: () => hands.snooze?.(), when: there },
    {
      id: 'resolve',
      keys: 'e',
      label: t('act.resolve'),
      group: conversation,
      run: on((c) => actions.resolve(c)),
      when: () => there() && open()?.state !== 'resolved',
    },
    {
      id: 'reopen',
      keys: 'o',
      label: t('act.reopen'),
      group: conversation,
      run: on((c) => actions.reopen(c)),
      when: () => there() && open()?.state !== 'open',
    },
    {
      id: 'rename',
      keys: 'shift+r',
      label: t('act.rename'),
      group: conversation,
      run: () => hands.rename?.(),
      when: there,
    },
    {
      id: 'undo',
      keys: 'z',
      label: t('act.undo'),
      group: conversation,
      run: () => void toasts.undo(),
      when: () => toasts.undoable !== undefined,
    },
    { id: 'next', keys: 'j', label: t('act.next'), group: move, run: () => hands.move?.(1), when: atDesk },
    { id: 'previous', keys: 'k', label: t('act.previous'), group: move, run: () => hands.move?.(-1), when: atDesk },
    {
      id: 'palette',
      keys: 'mod+k',
      label: t('act.search'),
      group: move,
      run: () => (session.palette = !session.palette),
    },
    {
      id: 'help',
      keys: '?',
      label: t('act.help'),
      group: t('keys.help'),
      run: () => (session.help = true),
      when: () => !session.help,
    },
    { id: 'go.mine', keys: 'g m', label: t('view.mine'), group: go, run: () => route.show({ view: 'mine' }) },
    {
      id: 'go.unassigned',
      keys: 'g u',
      label: t('view.unassigned'),
      group: go,
      run: () => route.show({ view: 'unassigned' }),
    },
    { id: 'go.teams', keys: 'g t', label: t('view.teams'), group: go, run: () => route.show({ view: 'teams' }) },
    { id: 'go.all', keys: 'g a', label: t('view.all'), group: go, run: () => route.show({ view: 'all' }) },
    {
      id: 'go.open',
      keys: 'g o',
      label: t('state.open'),
      group: go,
      run: () => route.show({ ...route.list, state: 'open' }),
    },
    {
      id: 'go.snoozed',
      keys: 'g h',
      label: t('state.snoozed'),
      group: go,
      run: () => route.show({ ...route.list, state: 'snoozed' }),
    },
    {
      id: 'go.resolved',
      keys: 'g e',
      label: t('state.resolved'),
      group: go,
      run: () => route.show({ ...route.list, state: 'resolved' }),
    },
    { id: 'go.settings', keys: 'g s', label: t('spine.settings'), group: go, run: () => route.go('#/settings') },
  ];
}

import type { Shortcut } from '@visavis/kit';
import { beginWords } from '../begin/words.ts';
import { viewWords } from '../list/words.ts';
import { promiseWords } from '../promise/words.ts';
import { readingWords } from '../reading/words.ts';
import { sosWords } from '../sos/words.ts';
import type { Session } from './session.svelte.ts';
import { hashOf } from './views.svelte.ts';

/** What the open panes offer to a key: they put themselves here while they stand. */
export interface Hands {
  reply?: () => void;
  note?: () => void;
  assign?: () => void;
  snooze?: () => void;
  rename?: () => void;
  customer?: () => void;
  /** Opens the line for a step that the customer sees. */
  step?: () => void;
  classify?: () => void;
  why?: () => void;
  /** Opens what was read, to set it right. */
  correct?: () => void;
  /** Asks when she will be back. */
  away?: () => void;
  /** Asks why she passes on what is offered. */
  decline?: () => void;
  /** Asks why she lets an SOS pass. */
  refuse?: () => void;
  move?: (by: 1 | -1) => void;
  /** Keeps what is chosen of the list as a view, or opens what can be done with the view that it is. */
  view?: () => void;
}

/** Every key of the desk. One letter acts on the open conversation, G then a letter goes somewhere. */
export function shortcuts(session: Session, hands: Hands): Shortcut[] {
  const { actions, assists, i18n, inbox, route, toasts } = session;
  const { t } = i18n;
  const { t: say } = i18n.with(promiseWords);
  const id = () => route.conversationId;
  const open = () => inbox.get(id());
  const on = (run: (conversationId: string) => unknown) => () => {
    const known = id();
    if (known) void run(known);
  };
  const atDesk = () => route.place.room === 'inbox' && !session.palette && !session.help;
  const there = () => atDesk() && open() !== undefined;
  const rings = () => session.offers.current !== undefined && !session.palette && !session.help;
  const { t: sos } = i18n.with(sosWords);
  const calls = () => !assists.here && assists.ringing.length > 0 && !session.palette && !session.help;
  const answer = () => {
    const [first] = assists.ringing;
    if (first) void assists.answer(first);
  };
  const accept = () => {
    const offer = session.offers.current;
    if (offer) void session.offers.accept(offer);
  };
  /** What stands in the customer's pane: opened first where it is not beside the thread. */
  const inPane = (what: 'why' | 'classify') => {
    if (hands[what]) return hands[what]();
    const known = id();
    if (known) route.open(known, 'customer');
    setTimeout(() => hands[what]?.(), 200);
  };
  const you = say('presence.group');
  const conversation = t('keys.conversation');
  const write = t('keys.write');
  const move = t('keys.move');
  const go = t('keys.go');
  return [
    { id: 'reply', keys: 'r', label: t('act.reply'), group: write, run: () => hands.reply?.(), when: there },
    { id: 'note', keys: 'n', label: t('act.note'), group: write, run: () => hands.note?.(), when: there },
    {
      id: 'begin',
      keys: 'l',
      label: i18n.with(beginWords).t('begin.act'),
      group: write,
      run: () => (session.beginning = {}),
      when: () => !session.palette && !session.help && !session.beginning,
    },
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
      id: 'step',
      keys: 'p',
      label: say('steps.act'),
      group: conversation,
      run: () => hands.step?.(),
      when: there,
    },
    {
      id: 'classify',
      keys: 'c',
      label: say('act.classify'),
      group: conversation,
      run: () => inPane('classify'),
      when: there,
    },
    { id: 'why', keys: 'w', label: say('act.why'), group: conversation, run: () => inPane('why'), when: there },
    {
      id: 'correct',
      keys: 't',
      label: i18n.with(readingWords).t('act.correct'),
      group: conversation,
      run: () => hands.correct?.(),
      when: () => there() && open()?.reading !== undefined,
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
      id: 'order',
      keys: 's',
      label: say('order.act'),
      group: move,
      run: () => (session.preferences.order = session.preferences.order === 'priority' ? 'activity' : 'priority'),
      when: atDesk,
    },
    {
      id: 'view',
      keys: 'v',
      label: i18n.with(viewWords).t('keep'),
      group: move,
      run: () => hands.view?.(),
      when: () => atDesk() && hands.view !== undefined,
    },
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
    { id: 'go.risk', keys: 'g r', label: t('view.risk'), group: go, run: () => route.show({ view: 'risk' }) },
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
    { id: 'go.board', keys: 'g b', label: t('spine.board'), group: go, run: () => route.go('#/board') },
    { id: 'go.incidents', keys: 'g i', label: t('spine.incidents'), group: go, run: () => route.go('#/incidents') },
    { id: 'go.reasons', keys: 'g w', label: t('spine.reasons'), group: go, run: () => route.go('#/reasons') },
    { id: 'go.mail', keys: 'g l', label: t('spine.mail'), group: go, run: () => route.go('#/mail') },
    { id: 'go.settings', keys: 'g s', label: t('spine.settings'), group: go, run: () => route.go('#/settings') },
    { id: 'next.mine', keys: 'g n', label: say('offer.next'), group: you, run: () => void actions.next() },
    { id: 'offer.accept', keys: 'y', label: say('offer.accept.key'), group: you, run: accept, when: rings },
    {
      id: 'offer.enter',
      keys: 'enter',
      label: say('offer.accept.key'),
      group: you,
      run: accept,
      // Enter is everybody's key: it takes an offer only when it would press nothing else, and not one that has just come up.
      when: () => rings() && document.activeElement === document.body && session.offers.settled,
    },
    {
      id: 'offer.decline',
      keys: 'd',
      label: say('offer.decline.key'),
      group: you,
      run: () => hands.decline?.(),
      when: rings,
    },
    {
      id: 'presence.available',
      keys: 'm a',
      label: say('presence.key.available'),
      group: you,
      run: () => void session.setPresence('available'),
    },
    {
      id: 'presence.busy',
      keys: 'm b',
      label: say('presence.key.busy'),
      group: you,
      run: () => void session.setPresence('busy'),
    },
    {
      id: 'presence.away',
      keys: 'm p',
      label: say('presence.key.away'),
      group: you,
      run: () => (hands.away ? hands.away() : void session.setPresence('away')),
    },
    {
      id: 'sos.answer',
      keys: 'a',
      label: `${sos('ring')}, ${sos('answer')}`,
      group: you,
      run: answer,
      when: () => calls() && assists.settled,
    },
    {
      id: 'sos.refuse',
      keys: 'd',
      label: `${sos('ring')}, ${sos('refuse')}`,
      group: you,
      run: () => hands.refuse?.(),
      when: calls,
    },
    {
      id: 'sos.mute',
      keys: 'm',
      label: `${sos('ring')}, ${sos('mute')}`,
      group: you,
      run: () => assists.mute(),
      when: () => assists.here !== undefined && !assists.listening,
    },
    {
      id: 'sos.end',
      keys: 'mod+e',
      label: `${sos('ring')}, ${sos('end')}`,
      group: you,
      run: () => void assists.end(),
      when: () => assists.here !== undefined,
    },
  ];
}

/** G and a number go to the first nine of her views. */
export function viewShortcuts({ i18n, route, views }: Session): Shortcut[] {
  return views.all.slice(0, 9).map((view, i) => ({
    id: `view.${i + 1}`,
    keys: `g ${i + 1}`,
    label: view.name,
    group: i18n.t('keys.go'),
    run: () => route.go(hashOf(view)),
  }));
}

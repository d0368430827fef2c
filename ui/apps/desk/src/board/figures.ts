import type { Answer } from '@visavis/client';
import type { BoardVoice } from './words.ts';

export type Board = Answer<'get', '/board'>;
export type Queue = Board['queues'][number];
export type Agent = Board['agents'][number];
export type AgentState = Agent['state'];
export type Tip = NonNullable<Board['tip']>;

/** A share in percent, cut after its first decimal: 94,96 is not yet 95. */
export function cut(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.floor((part * 1000) / whole) / 10 : undefined;
}

/** "94,2": the sign stands beside it, smaller. */
export function cutText(share: number, { locale }: Pick<BoardVoice, 'locale'>): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: share >= 100 ? 0 : 1,
    maximumFractionDigits: 1,
  }).format(share);
}

/** How long an answer takes: "6,8 s" under ten seconds, "48 s", "1 h 12". */
export function spanText(seconds: number, voice: Pick<BoardVoice, 'locale' | 'lasting'>): string {
  if (seconds >= 10) return voice.lasting(seconds * 1000);
  return `${new Intl.NumberFormat(voice.locale, { maximumFractionDigits: 1 }).format(Math.floor(seconds * 10) / 10)}\u202fs`;
}

/** "Hugo", "Hugo et Soizic", "Hugo, Soizic et Yann" */
export function namesText(names: readonly string[], { locale }: Pick<BoardVoice, 'locale'>): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names);
}

/** A deadline inside "before 10:30": the minute that follows it, for it must be true of all of them. */
export function beforeText(by: string, { clock }: Pick<BoardVoice, 'clock'>): string {
  const minute = 60_000;
  return clock(Math.ceil(Date.parse(by) / minute) * minute);
}

export interface TipText {
  bold: string;
  rest: string;
}

/** The tip as a colleague would say it. */
export function tipText(tip: Tip, team: string, names: readonly string[], voice: BoardVoice): TipText {
  const at = beforeText(tip.by, voice);
  const who = { n: names.length, names: namesText(names, voice) };
  return {
    bold: voice.t('tip.bold', { n: tip.missing, team, at }),
    rest: voice.t(tip.skilled ? 'tip.know' : 'tip.free', who),
  };
}

export interface Pips {
  shown: readonly AgentState[];
  /** How many more there are than are drawn. */
  more: number;
  count: Record<AgentState, number>;
}

/** One mark for each agent, those who can take something first; a crowd is cut and counted. */
export function pips(agents: readonly { state: AgentState }[], most = 12): Pips {
  const order: readonly AgentState[] = ['free', 'full', 'busy', 'away'];
  const sorted = agents.map(({ state }) => state).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const count: Pips['count'] = { free: 0, full: 0, busy: 0, away: 0 };
  for (const state of sorted) count[state]++;
  const shown = sorted.length > most ? sorted.slice(0, most - 1) : sorted;
  return { shown, more: sorted.length - shown.length, count };
}

export type Group = 'free' | 'live' | 'work' | 'away';
export const groups: readonly Group[] = ['free', 'live', 'work', 'away'];

/** Whoever is in a call is nobody's to disturb; the rest by what they can be given. */
export function groupOf({ state, load, presence }: Pick<Agent, 'state' | 'load' | 'presence'>): Group {
  if (presence === 'away') return 'away';
  if (load.call > 0) return 'live';
  return state === 'free' ? 'free' : 'work';
}

/** What an agent is at, in a word or two. */
export function agentText(agent: Agent, now: number, voice: BoardVoice): string {
  const { t } = voice;
  const { call, chat, mail } = agent.load;
  if (agent.presence === 'away') {
    if (agent.backAt && Date.parse(agent.backAt) > now) return t('agents.back', { at: voice.until(agent.backAt) });
    return agent.since ? t('agents.since', { time: voice.lasting(now - Date.parse(agent.since)) }) : '';
  }
  if (agent.ringing) return t('agents.rings');
  if (agent.presence === 'finishing') return t('agents.finishing');
  const held = [
    call > 0 ? t('agents.call') : '',
    chat > 0 ? t('agents.chats', { n: chat }) : '',
    mail > 0 ? t('agents.mails', { n: mail }) : '',
  ].filter(Boolean);
  if (agent.presence === 'busy') held.push(t('agents.busy'));
  return held.join(', ') || t('agents.idle');
}

/** Queues worth a line: those of teams, and what has no team when something is there. */
export function shownQueues(queues: readonly Queue[]): Queue[] {
  const teams = queues.some(({ teamId }) => teamId !== '');
  return queues.filter((q) => q.teamId !== '' || !teams || q.waiting > 0 || q.trend.some((n) => n > 0));
}

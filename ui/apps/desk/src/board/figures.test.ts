import { I18n } from '@visavis/kit';
import { describe, expect, it } from 'vitest';
import {
  agentText,
  cut,
  cutText,
  groupOf,
  namesText,
  pips,
  shownQueues,
  spanText,
  tipText,
  type Agent,
  type Queue,
} from './figures.ts';
import { boardWords } from './words.ts';

const fr = new I18n(boardWords, 'fr');
const en = new I18n(boardWords, 'en');
for (const voice of [fr, en]) voice.zone = 'Europe/Paris';

describe('figures', () => {
  it('cuts a share, and never rounds it up to the goal', () => {
    expect([cut(9496, 10_000), cut(949_999, 1_000_000), cut(0, 0), cut(3, 3)]).toEqual([94.9, 94.9, undefined, 100]);
    expect([cutText(94.9, fr), cutText(94, en), cutText(100, fr)]).toEqual(['94,9', '94.0', '100']);
  });
  it('writes how long an answer takes', () => {
    expect([spanText(6.89, fr), spanText(48.3, fr), spanText(4320, fr)]).toEqual([
      '6,8\u202fs',
      '48\u202fs',
      '1\u202fh\u202f12',
    ]);
  });
  it('joins names as people do', () => {
    expect([namesText(['Hugo'], fr), namesText(['Hugo', 'Soizic'], fr), namesText(['A', 'B', 'C'], fr)]).toEqual([
      'Hugo',
      'Hugo et Soizic',
      'A, B et C',
    ]);
  });
});

describe('the tip', () => {
  const tip = { teamId: 't', missing: 6, by: '2026-11-24T09:29:20Z', helpers: ['h', 's'], skilled: true };
  it('says what will happen and who could help', () => {
    expect(tipText(tip, 'Livraison', ['Hugo', 'Soizic'], fr)).toEqual({
      bold: 'Livraison va manquer 6 promesses avant 10\u202fh\u202f30.',
      rest: 'Hugo et Soizic sont libres et connaissent le sujet.',
    });
    expect(tipText({ ...tip, missing: 1, skilled: false }, 'Delivery', ['Hugo'], en)).toEqual({
      bold: 'Delivery will miss 1 promise before 10:30.',
      rest: 'Hugo is free.',
    });
  });
});

describe('pips', () => {
  const agents = (states: Record<string, number>) =>
    Object.entries(states).flatMap(([state, n]) =>
      Array.from({ length: n }, () => ({ state: state as Agent['state'] })),
    );
  it('shows those who can take something first', () => {
    expect(pips(agents({ away: 1, full: 2, free: 1 }))).toEqual({
      shown: ['free', 'full', 'full', 'away'],
      more: 0,
      count: { free: 1, full: 2, busy: 0, away: 1 },
    });
  });
  it('cuts a crowd and says how many more', () => {
    const crowd = pips(agents({ free: 30 }), 12);
    expect([crowd.shown.length, crowd.more, crowd.count.free]).toEqual([11, 19, 30]);
    expect(pips(agents({ free: 12 }), 12)).toMatchObject({ more: 0 });
  });
});

describe('agents', () => {
  const none = { call: 0, chat: 0, mail: 0 };
  const agent = (more: Partial<Agent>): Agent => ({
    memberId: 'm',
    presence: 'available',
    state: 'free',
    load: none,
    capacity: { call: 1, chat: 3, mail: 10 },
    ringing: false,
    ...more,
  });
  it('stand where they can be asked for something', () => {
    expect(groupOf(agent({}))).toBe('free');
    expect(groupOf(agent({ state: 'full', load: { ...none, call: 1 } }))).toBe('live');
    expect(groupOf(agent({ state: 'busy', presence: 'finishing' }))).toBe('work');
    expect(groupOf(agent({ state: 'away', presence: 'away' }))).toBe('away');
  });
  it('say what they are at', () => {
    const now = Date.parse('2026-11-24T09:00:00Z');
    expect(agentText(agent({}), now, fr)).toBe('prêt');
    expect(agentText(agent({ load: { call: 0, chat: 2, mail: 1 } }), now, fr)).toBe('2 chats, 1 e-mail');
    expect(agentText(agent({ ringing: true }), now, fr)).toBe('ça sonne');
    const away = agent({ presence: 'away', state: 'away', since: '2026-11-24T08:48:00Z' });
    expect(agentText({ ...away, backAt: '2026-11-24T09:20:00Z' }, now, fr)).toContain('10\u202fh\u202f20');
    expect(agentText(away, now, fr)).toBe('depuis 12\u202fmin');
  });
});

it('a queue of no team has a line only when something is there', () => {
  const queue = (teamId: string, waiting: number) => ({ teamId, waiting, trend: [0, 0] }) as unknown as Queue;
  expect(shownQueues([queue('t', 0), queue('', 0)]).map((q) => q.teamId)).toEqual(['t']);
  expect(shownQueues([queue('t', 0), queue('', 1)])).toHaveLength(2);
  expect(shownQueues([queue('', 0)])).toHaveLength(1);
});

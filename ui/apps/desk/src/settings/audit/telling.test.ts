import { say } from '@visavis/kit';
import { expect, test } from 'vitest';
import { settingsEn } from '../../strings/settings.en.ts';
import type { AuditLine } from '../server.ts';
import { byDay, tell } from './telling.ts';

const t = (key: keyof typeof settingsEn, params?: Record<string, string | number>) =>
  say(settingsEn[key], params, 'en');
const names = {
  member: (id: string) => ({ m1: 'Léa', m2: 'Yann' })[id],
  team: (id: string) => ({ t1: 'Workshop' })[id],
  channel: (id: string) => ({ c1: 'Shop' })[id],
};
const line = (action: string, target: string, more: Partial<AuditLine> = {}): AuditLine => ({
  number: 1,
  at: '2026-01-01T00:00:00.000Z',
  by: { kind: 'member', id: 'm1' },
  action,
  target,
  data: null,
  hash: '',
  ...more,
});

test.each([
  [line('member.invited', 'm2'), 'Léa invited Yann'],
  [line('member.joined', 'm2', { by: { kind: 'system' } }), 'Yann joined'],
  [line('member.changed', 'm2', { data: { role: 'supervisor', state: 'active' } }), 'Léa changed Yann, now supervisor'],
  [line('member.changed', 'm2', { data: { role: 'agent', state: 'disabled' } }), 'Léa disabled Yann'],
  [line('team.created', 't1'), 'Léa created the team Workshop'],
  [line('team.deleted', 't9'), 'Léa deleted a team that is gone'],
  [line('channel.secret_rotated', 'c1'), 'Léa made a new identity secret for Shop'],
  [line('token.revoked', 'k1', { by: { kind: 'token', id: 'k2' } }), 'A program revoked a token'],
  [line('session.started', 'm2', { by: { kind: 'system' } }), 'Yann signed in'],
  [line('rule.ran', 'r1', { by: { kind: 'system' } }), 'Visavis applied a rule'],
  [line('incident.solved', 'i1'), 'Léa declared an incident solved'],
  [line('planet.moved', 'x'), 'Léa: planet.moved'],
])('%o is told in a sentence', (given, sentence) => {
  expect(tell(given, names, t)).toBe(sentence);
});

test('a log whose clock was set back has a heading for each run of a day, told apart by its first line', () => {
  const at = (number: number, day: string) =>
    line('member.joined', 'm2', { number, at: `2026-01-${day}T10:00:00.000Z` });
  const days = byDay([at(5, '02'), at(4, '01'), at(3, '01'), at(2, '02')], (moment) => moment.slice(8, 10));
  expect(days.map(({ first, day, lines }) => [first, day, lines.length])).toEqual([
    [5, '02', 1],
    [4, '01', 2],
    [2, '02', 1],
  ]);
});

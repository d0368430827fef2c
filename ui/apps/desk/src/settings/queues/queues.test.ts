import { I18n } from '@visavis/kit';
import { expect, test } from 'vitest';
import { routingEn } from '../../strings/routing.en.ts';
import { routingFr } from '../../strings/routing.fr.ts';
import type { Profile, Queue } from '../routing-calls.ts';
import { QueueDraft } from './draft.svelte.ts';
import { columnsOf, withCapacity, withLanguage, withSkill } from './profiles.ts';
import { queueText } from './wording.ts';

const en = new I18n({ fr: routingFr, en: routingEn }, 'en').t;
const queue: Queue = {
  id: 'a',
  teamId: 'a',
  mode: 'offer',
  ringFor: 30,
  adviserFor: 120,
  skills: { brakes: 3 },
  overflow: [{ teamId: 'b', after: 300 }],
  ring: ['c', 'd'],
  version: 1,
};
const profile: Profile = {
  id: 'm',
  memberId: 'm',
  version: 1,
  skills: { brakes: 2 },
  languages: ['fr'],
  capacity: { chat: 2 },
};

test('how a team is served is said in a line', () => {
  expect(queueText(queue, (id) => id.toUpperCase(), en, 'en')).toBe(
    'Offered to one member, 30\u202fs to answer · first her adviser, for 2\u202fmin · needs brakes 3 · overflows to B · at closing time hands over to C → D',
  );
});

test('a queue that was only read has not changed; a ring of a second is wrong', () => {
  const draft = new QueueDraft(queue);
  expect(draft.changed).toBe(false);
  draft.ringFor = 1;
  expect(draft.faults).toBe(1);
  expect(draft.changed).toBe(true);
});

test('an overflow that names no team yet is not sent', () => {
  const draft = new QueueDraft(queue);
  draft.overflow = [...draft.overflow, { teamId: '', after: 60 }];
  expect(draft.body.overflow).toEqual([{ teamId: 'b', after: 300 }]);
});

test('the grid has a column for every skill that somebody has or a queue needs', () => {
  expect(columnsOf([profile], [{ ...queue, skills: { ebike: 1 } }], ['paint'])).toEqual(['brakes', 'ebike', 'paint']);
});

test('one cell changes one thing', () => {
  expect(withSkill(profile, 'ebike', 4).skills).toEqual({ brakes: 2, ebike: 4 });
  expect(withSkill(profile, 'brakes', 0).skills).toEqual({});
  expect(withLanguage(profile, 'en', true).languages).toEqual(['fr', 'en']);
  expect(withCapacity(profile, 'chat', undefined).capacity).toEqual({});
  expect(withCapacity(profile, 'mail', 5).capacity).toEqual({ chat: 2, mail: 5 });
});

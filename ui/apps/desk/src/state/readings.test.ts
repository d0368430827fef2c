import type { Conversation, ExplainedReading } from '@visavis/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { apiOf, conversation } from './sample.ts';
import { Session } from './session.svelte.ts';

const reading: NonNullable<Conversation['reading']> = {
  reason: 'delivery',
  by: 'reader',
  alone: false,
  mood: 0,
  dissatisfied: false,
  urgency: '',
  language: 'fr',
  messageId: 'm1',
};
const explained: ExplainedReading = {
  ...reading,
  conversationId: 'a',
  at: '',
  engine: 'built-in',
  model: 'm',
  languageSure: 1,
  best: 'delivery',
  bestSure: 0.6,
  dissatisfied: 0.1,
  urgencySure: 0,
  why: { reason: [], mood: [], dissatisfied: [], urgency: [] },
};
const similar = { conversationId: 'b', messageId: 'm2', excerpt: 'x', reason: 'delivery', would: 'shop', near: 1 };

let sent: unknown[];
let refused: boolean;
let session: Session;
beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  sent = [];
  refused = false;
  const answer = (method: string, path: string, body: unknown) => {
    if (method !== 'GET') sent.push(body);
    if (path.endsWith('/similar')) return method === 'GET' ? { items: [similar], total: 14 } : { changed: 1 };
    if (path.endsWith('/m1/reading')) return explained;
    if (refused) return new Response(JSON.stringify({ code: 'not_read_yet' }), { status: 409 });
    const undone = (body as { undo?: boolean }).undo;
    return conversation(
      'a',
      undone ? { reason: 'delivery', reading } : { reason: 'shop', reading: { ...reading, by: 'member' } },
    );
  };
  session = new Session(apiOf(answer));
  session.inbox.take(conversation('a', { reason: 'delivery', reading }));
});
const shown = () => session.inbox.get('a') as Conversation;

test('a correction shows, offers the same for others, and is taken back whole', async () => {
  const done = session.readings.correct(shown(), { reason: 'shop' }, 'Shop');
  expect([shown().reason, shown().reading?.by]).toEqual(['shop', 'member']);
  await done;
  expect(session.readings.proposal('a')?.total).toBe(14);
  expect(session.readings.proposal('b')).toBeUndefined();
  session.toasts.undo();
  await vi.waitFor(() => expect([shown().reason, shown().reading?.by]).toEqual(['delivery', 'reader']));
  expect(session.readings.proposal('a')).toBeUndefined();
  expect(sent).toEqual([{ reason: 'shop' }, { undo: true }]);
});

test('others change only when she says so', async () => {
  await session.readings.correct(shown(), { reason: 'shop' }, 'Shop');
  const proposal = session.readings.proposal('a');
  if (proposal) await session.readings.apply(proposal, ['b']);
  expect(sent.at(-1)).toEqual({ conversationIds: ['b'] });
  expect(session.readings.proposal('a')).toBeUndefined();
});

test('refused, a correction is as if it had not been, and nothing is offered', async () => {
  refused = true;
  await session.readings.correct(shown(), { reason: 'shop' }, 'Shop');
  expect(shown().reason).toBe('delivery');
  expect(session.readings.proposal('a')).toBeUndefined();
  expect(session.toasts.items.at(-1)?.refused).toBe(true);
});

test('what is told of a reading takes the place of what was known, with its words', async () => {
  await session.readings.read('m1');
  const { why: _, ...told } = explained;
  session.readings.take({ ...told, correction: { memberId: 'me', at: '', reason: 'shop' } });
  expect(session.readings.of('m1')?.correction?.reason).toBe('shop');
  session.readings.take(told);
  expect(session.readings.of('m1')?.correction).toBeUndefined();
  expect(session.readings.of('m1')?.why).toEqual(explained.why);
});

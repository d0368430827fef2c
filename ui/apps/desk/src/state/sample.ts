import { Api, type Conversation, type Message } from '@visavis/client';

/** Conversations and messages for the tests of this room. */
export function conversation(id: string, more: Partial<Conversation> = {}): Conversation {
  const at = more.lastActivityAt ?? '2026-11-22T10:00:00.000Z';
  return {
    id,
    number: 1,
    subject: 'Le frein frotte',
    state: 'open',
    channelId: 'web',
    channelKind: 'webchat',
    customer: { id: `customer-${id}`, name: 'Camille Rousseau', face: '', locale: 'fr', verified: true, here: false },
    assigneeId: 'me',
    snoozedUntilReply: false,
    language: '',
    reason: '',
    criticality: 0,
    mood: 0,
    influence: 0,
    contacts: 1,
    rank: 0,
    preview: { text: 'Bonjour', author: 'customer', at, attachments: 0 },
    lastPosition: 1,
    readPosition: 0,
    customerReadPosition: 0,
    createdAt: at,
    lastActivityAt: at,
    version: 1,
    ...more,
  };
}

export function message(position: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${position}`,
    conversationId: 'a',
    position,
    kind: 'message',
    author: { kind: 'customer', id: 'customer-a' },
    text: `word ${position}`,
    attachments: [],
    state: 'received',
    createdAt: '2026-11-22T10:00:00.000Z',
    ...more,
  };
}

/** An API that answers from a function. */
export function apiOf(answer: (method: string, path: string, body: unknown) => unknown): Api {
  return new Api({
    pauses: [],
    fetch: async (url, init) => {
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      const got = await answer(init?.method ?? 'GET', String(url).replace('/api/v1', ''), body);
      return got instanceof Response ? got : new Response(JSON.stringify(got ?? null), { status: 200 });
    },
  });
}

import type { VisitorConversation, VisitorEvent, VisitorMessage } from '@visavis/client/types.ts';
import type { ServerFrame } from '@visavis/client/types.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat, type Line } from './chat.svelte';
import { Session } from './session.svelte';
import { Store, type Keeping } from './store';

/** A browser's storage that outlives the chat, as a tab that is closed and opened again. */
class Drawer implements Keeping {
  readonly held = new Map<string, string>();
  get length() {
    return this.held.size;
  }
  key = (i: number) => [...this.held.keys()][i] ?? null;
  getItem = (key: string) => this.held.get(key) ?? null;
  setItem = (key: string, value: string) => void this.held.set(key, value);
  removeItem = (key: string) => void this.held.delete(key);
}

/** A server of one visitor: it keeps what it acknowledges, and may lose its answers on the way back. */
class House {
  up = true;
  /** Answers that are lost after the server has acted. */
  deaf = 0;
  messages: VisitorMessage[] = [];
  conversations: VisitorConversation[] = [];
  sessions: { identity?: string; authorization: string | null }[] = [];
  posts = 0;
  tokens = new Set<string>();
  person = 'c1';
  /** How it looked to each who asked. */
  looks: string[] = [];
  /** Answers of the channel's look that are held back until they are let go, the oldest first. */
  held: (() => void)[] | undefined;
  /** The same for what she is told of herself and her conversations. */
  reads: (() => void)[] | undefined;

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (!this.up) throw new TypeError('offline');
    const url = new URL(String(input), 'http://house');
    const path = url.pathname.replace('/api/v1', '');
    const body = JSON.parse(String(init?.body ?? '{}')) as Record<string, unknown>;
    const authorization = new Headers(init?.headers).get('Authorization');
    const answer = this.#answer(`${init?.method ?? 'GET'} ${path}`, body, authorization, url.searchParams);
    const late = path === '/visitor/channel' ? this.held : path === '/visitor' ? this.reads : undefined;
    await new Promise<void>((go) => (late ? late.push(go) : go()));
    if (this.deaf > 0 && path === '/visitor/messages') {
      this.deaf--;
      throw new TypeError('cut');
    }
    return answer;
  };

  #answer(call: string, body: Record<string, unknown>, authorization: string | null, query: URLSearchParams): Response {
    const visitor = { id: this.person, name: '', email: '', verified: this.person !== 'c1', locale: 'fr' };
    if (call === 'POST /visitor/sessions') {
      this.sessions.push({ identity: body['identity'] as string | undefined, authorization });
      if (body['identity'] === 'forged') return json({ code: 'identity_refused' }, 401);
      if (body['identity']) this.person = 'c2';
      const token = `t${this.sessions.length}`;
      this.tokens.add(token);
      return json(
        {
          token,
          visitor: { ...visitor, id: this.person, verified: Boolean(body['identity']) },
          conversations: this.conversations,
        },
        201,
      );
    }
    if (call === 'GET /visitor/channel') {
      const why = authorization && this.person === 'c2' ? '' : 'whom'; // a call is for identified customers only
      this.looks.push(why);
      return json({ workspace: 'Shop', assist: !why, assistWhy: why });
    }
    if (!this.tokens.has(authorization?.replace('Visitor ', '') ?? '')) return json({ code: 'visit_ended' }, 401);
    if (call === 'GET /visitor') return json({ visitor, conversations: this.conversations });
    if (call === 'POST /visitor/messages') {
      this.posts++;
      const before = this.messages.find((one) => one.clientId === body['clientId']);
      const message = before ?? this.say('customer', String(body['text']), String(body['clientId']));
      return json({ message, conversation: this.conversations[0] }, 201);
    }
    if (call === 'DELETE /visitor/session') this.tokens.clear();
    if (call.endsWith('/messages')) {
      const after = Number(query.get('after') ?? -1);
      return json({ items: this.messages.filter((one) => one.position > after) });
    }
    return new Response(null, { status: 204 });
  }

  say(kind: 'customer' | 'member', text: string, clientId?: string): VisitorMessage {
    const position = this.messages.length + 1;
    const message: VisitorMessage = {
      id: `m${position}`,
      conversationId: 'k1',
      position,
      author: { kind, id: kind, firstName: kind === 'member' ? 'Léa' : undefined },
      text,
      attachments: [],
      clientId,
      createdAt: new Date(1_770_000_000_000 + position * 1000).toISOString(),
    };
    this.messages.push(message);
    const read = this.conversations[0]?.readPosition ?? 0;
    this.conversations = [
      {
        id: 'k1',
        state: 'open',
        subject: '',
        lastPosition: position,
        readPosition: read,
        memberReadPosition: 0,
        agents: [],
        lastMessageAt: message.createdAt,
        preview: text,
      },
    ];
    return message;
  }
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

class Wire implements Line {
  state: Line['state'] = 'connecting';
  onended: Line['onended'];
  #hear: ((frame: ServerFrame<VisitorEvent>) => void) | undefined;
  #state: ((state: Line['state']) => void) | undefined;
  on = (listener: (frame: ServerFrame<VisitorEvent>) => void) => ((this.#hear = listener), () => true);
  onstate = (listener: (state: Line['state']) => void) => ((this.#state = listener), () => true);
  connect = vi.fn();
  close = vi.fn();
  typing = vi.fn();
  page = vi.fn();
  bring(frame: ServerFrame<VisitorEvent>) {
    this.#hear?.(frame);
  }
  turn(state: Line['state']) {
    this.state = state;
    this.#state?.(state);
  }
}

let house: House;
let drawer: Drawer;
let wire: Wire;

function chat(): Chat {
  const store = new Store('shop', drawer);
  return new Chat(new Session('shop', store, house.fetch, []), store, () => Promise.resolve(wire));
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
function write(on: Chat, text: string): void {
  on.draft = text;
  on.send();
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false, visibilityState: 'visible' });
  house = new House();
  drawer = new Drawer();
  wire = new Wire();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('what she writes', () => {
  it('begins a session with the first words only, and is shown once they are there', async () => {
    const one = chat();
    one.show();
    await settle();
    expect(house.sessions).toHaveLength(0);
    write(one, 'Bonjour');
    expect(one.waiting.map((w) => w.text)).toEqual(['Bonjour']);
    await settle();
    expect(house.sessions).toHaveLength(1);
    expect(one.waiting).toEqual([]);
    expect(one.thread?.messages.map((m) => m.text)).toEqual(['Bonjour']);
  });

  it('is sent again in order and kept once when answers are lost', async () => {
    const one = chat();
    house.deaf = 2;
    for (const text of ['un', 'deux', 'trois']) write(one, text);
    await settle(60_000);
    expect(house.messages.map((m) => m.text)).toEqual(['un', 'deux', 'trois']);
    expect(house.posts).toBeGreaterThan(3);
    expect(one.thread?.messages.map((m) => m.text)).toEqual(['un', 'deux', 'trois']);
    expect(one.waiting).toEqual([]);
  });

  it('waits through a lost network and a closed tab, with the words not yet sent', async () => {
    const one = chat();
    house.up = false;
    write(one, 'un');
    write(one, 'deux');
    one.draft = 'et encore';
    await settle(120_000);
    expect(one.offline).toBe(true);
    expect(one.waiting.map((w) => [w.text, w.state])).toEqual([
      ['un', 'waiting'],
      ['deux', 'waiting'],
    ]);
    house.up = true;
    const two = chat();
    expect(two.draft).toBe('et encore');
    void two.start();
    await settle(60_000);
    expect(house.messages.map((m) => m.text)).toEqual(['un', 'deux']);
  });

  it('is not shown twice when the live line is faster than the answer', async () => {
    const one = chat();
    one.show();
    write(one, 'un');
    await settle();
    const message = house.say('customer', 'deux', 'same-id');
    const [conversation] = house.conversations;
    if (!conversation) throw new Error('no conversation');
    const event: VisitorEvent = {
      seq: 9,
      at: message.createdAt,
      actor: { kind: 'customer' },
      type: 'message.received',
      conversationId: 'k1',
      message,
      conversation,
    };
    wire.bring({ type: 'event', event });
    wire.bring({ type: 'event', event });
    expect(one.thread?.messages.map((m) => m.text)).toEqual(['un', 'deux']);
  });

  it('leaves under a new session when the old one has ended', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    house.tokens.clear();
    write(one, 'deux');
    await settle(30_000);
    expect(house.messages.map((m) => m.text)).toEqual(['un', 'deux']);
    expect(house.sessions).toHaveLength(2);
  });
});

describe('what she is told', () => {
  it('catches up on what was said while the line was cut', async () => {
    const one = chat();
    one.show();
    write(one, 'un');
    await settle();
    wire.turn('online');
    wire.bring({ type: 'welcome', seq: 1, now: '', heartbeat: 25 });
    house.say('member', 'une réponse');
    wire.bring({ type: 'reload', seq: 5 });
    await settle();
    expect(one.thread?.messages.map((m) => m.text)).toEqual(['un', 'une réponse']);
  });

  it('counts answers she has not seen, until she looks', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    one.hide();
    const message = house.say('member', 'réponse');
    const [conversation] = house.conversations;
    if (!conversation) throw new Error('no conversation');
    wire.bring({
      type: 'event',
      event: {
        seq: 3,
        at: '',
        actor: { kind: 'member' },
        type: 'message.sent',
        conversationId: 'k1',
        message,
        conversation,
      },
    });
    expect(one.unread).toBe(1);
    one.show();
    expect(one.unread).toBe(0);
  });

  it('keeps a promise that the live line told while the first reading was under way', async () => {
    const one = chat();
    await one.start();
    write(one, 'un');
    await settle();
    const [conversation] = house.conversations;
    if (!conversation) throw new Error('nothing was said');
    house.conversations = [{ ...conversation, steps: [] }]; // as the server tells of it
    const held: (() => void)[] = (house.reads = []);
    wire.bring({ type: 'welcome' } as ServerFrame<VisitorEvent>); // read once more
    await settle();
    const promise = { kind: 'first', state: 'running', madeAt: '', dueAt: '' } as const;
    const whole = { ...conversation, promise, steps: [] };
    house.conversations = [whole];
    wire.bring({ type: 'event', event: { type: 'promise.made', conversation: whole } as unknown as VisitorEvent });
    expect(held.length).toBeGreaterThan(0);
    for (const go of held.splice(0)) go(); // as it was before the promise
    await settle();
    expect(one.conversation?.promise).toEqual(promise);
    for (const go of held.splice(0)) go();
    await settle();
    expect([held.length, one.conversation?.promise]).toEqual([0, promise]);
  });

  it('keeps a promise and a place that the live line told before the slower answer', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    const [conversation] = house.conversations;
    if (!conversation) throw new Error('no conversation');
    const promise = { kind: 'first', state: 'running', madeAt: '', dueAt: '' } as const;
    const queue = { place: 3, at: '' };
    const whole = { ...conversation, promise, queue, steps: [] };
    const fact = { seq: 7, at: '', actor: { kind: 'system' }, conversationId: 'k1' } as const;
    wire.bring({ type: 'event', event: { ...fact, type: 'step.added', conversation: whole } });
    one.session.put(conversation);
    expect(one.conversation).toMatchObject({ promise, queue });
    one.session.put({ ...conversation, steps: [] });
    expect(one.conversation?.promise).toBeUndefined();
    expect(one.conversation?.queue?.place).toBe(3);
    wire.bring({ type: 'standing', conversationId: 'k1', queue: null });
    expect(one.conversation?.queue).toBeUndefined();
  });

  it('forgets a typist who goes silent', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    wire.bring({
      type: 'typing',
      conversationId: 'k1',
      on: true,
      author: { kind: 'member', id: 'm', firstName: 'Léa' },
    });
    expect(one.typist?.name).toBe('Léa');
    await settle(7000);
    expect(one.typist).toBeUndefined();
  });
});

describe('who she is', () => {
  const jwt = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.sig`;

  it('leaves nothing behind for the next person at this computer', async () => {
    const one = chat();
    await one.identify(jwt('a'));
    one.show();
    write(one, 'secret');
    await settle();
    one.draft = 'half a secret';
    house.up = false;
    write(one, 'unsent secret');
    await one.logout();
    expect([...drawer.held.values()].join()).not.toMatch(/secret|t1/);
    expect(one.thread).toBeUndefined();
    expect(one.waiting).toEqual([]);
    expect(one.draft).toBe('');
    house.up = true;
    await settle(60_000);
    write(one, 'bonjour');
    await settle();
    expect(house.sessions.at(-1)).toEqual({ identity: undefined, authorization: null });
    expect(house.messages.map((m) => m.text)).toEqual(['secret', 'bonjour']);
  });

  it('lets go of her in the other tabs too, and joins who comes after her', async () => {
    const [one, two] = [chat(), chat()];
    await one.identify(jwt('a'));
    one.show();
    write(one, 'secret');
    await settle();
    await two.start();
    two.show();
    await settle();
    two.draft = 'half a secret';
    await one.logout();
    await two.logout(true);
    expect([two.thread, two.draft, two.session.token]).toEqual([undefined, '', null]);
    write(one, 'bonjour');
    await settle();
    write(two, 'bonsoir');
    await settle();
    expect(two.session.token).toBe(one.session.token);
    expect([...drawer.held.values()].join()).not.toMatch(/secret/);
  });

  it('keeps what was said anonymously when the site proves who she is', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    await one.identify(jwt('a'));
    expect(house.sessions.at(-1)?.authorization).toBe('Visitor t1');
    expect(one.thread?.messages.map((m) => m.text)).toEqual(['un']);
  });

  it('opens the line again when the session ended that it was opened under, and another took its place', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    await one.identify(jwt('a'));
    wire.connect.mockClear();
    wire.onended?.(4401);
    await settle();
    expect(wire.connect).toHaveBeenCalled();
    house.tokens.clear();
    wire.connect.mockClear();
    wire.onended?.(4401);
    await settle();
    expect([one.session.token, wire.connect.mock.calls.length]).toEqual([null, 0]);
  });

  it('asks nothing with a session whose place a proof is taking', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    void one.identify(jwt('a'));
    await one.session.ensure();
    expect(one.session.token).toBe('t2');
  });

  it('stays who she was, and can write, when a proof is refused', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const one = chat();
    write(one, 'un');
    await settle();
    await one.identify('forged');
    write(one, 'deux');
    await settle();
    const two = chat();
    drawer.held.clear();
    await two.identify('forged');
    two.show();
    write(two, 'trois');
    await settle();
    expect(house.messages.map((m) => m.text)).toEqual(['un', 'deux', 'trois']);
    expect(warn).toHaveBeenCalled();
  });

  it('is offered a call on a closed chat when only those are whom the site has proved, until she leaves', async () => {
    const one = chat();
    void one.start();
    void one.identify(jwt('a'));
    await settle();
    expect([one.look?.assist, house.looks.join()]).toEqual([true, 'whom,']);
    expect(house.sessions).toHaveLength(1);
    await one.logout();
    await settle();
    expect(one.look?.assist).toBe(false);
  });

  it('is offered a call as soon as the site proves her, and none is begun for who has no proof', async () => {
    const one = chat();
    await one.start();
    expect([one.look?.assist, house.sessions.length]).toEqual([false, 0]);
    await one.identify(jwt('a'));
    await settle();
    expect([one.look?.assist, house.sessions.length, house.looks.length]).toEqual([true, 1, 2]);
  });

  it('sees what was answered last, whichever answer comes first', async () => {
    const one = chat();
    await one.start();
    const held: (() => void)[] = (house.held = []);
    one.lookAgain();
    await settle();
    void one.identify(jwt('a'));
    await settle();
    held.at(-1)?.();
    await settle();
    expect(one.look?.assist).toBe(true);
    held.at(0)?.();
    await settle();
    expect([held.length, one.look?.assist]).toEqual([2, true]);
  });

  it('keeps what the line said of the team when an answer comes that was asked for before', async () => {
    const one = chat();
    await one.start();
    write(one, 'un');
    await settle();
    const held: (() => void)[] = (house.held = []);
    one.lookAgain();
    await settle();
    wire.bring({ type: 'team', here: true, team: [], incident: { fr: 'En panne', en: 'Down' } });
    held.at(0)?.();
    await settle();
    expect([held.length, one.look?.incident?.fr, one.look?.here]).toEqual([1, 'En panne', true]);
    one.lookAgain();
    await settle();
    held.at(1)?.();
    await settle();
    expect([held.length, one.look?.incident]).toEqual([2, undefined]);
  });

  it('shows the same proof once', async () => {
    const one = chat();
    write(one, 'un');
    await settle();
    await one.identify(jwt('a'));
    await one.identify(jwt('a'));
    expect(house.sessions).toHaveLength(2);
  });
});

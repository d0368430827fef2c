import type { ClientFrame, Event, ServerFrame } from './types.ts';

export type LiveState = 'online' | 'connecting' | 'offline';

export interface LiveSettings {
  /** "/api/v1/live" of this origin when absent. */
  url?: string;
  /** The visitor's token for the hello; members are known by their cookie. */
  visitor?: () => string | null | undefined;
  socket?: (url: string, protocol: string) => WebSocket;
  random?: () => number;
}

type Timer = 'retry' | 'grace' | 'beat' | 'answer';

const protocol = 'visavis.v1';
/** A cut shorter than this is not worth a word on the screen. */
const graceMs = 1500;
const longestMs = 30_000;
const answerMs = 10_000;
/** Closed for good: the session ended, or this socket may not be. */
const ended = new Set([4401, 4403]);

/**
 * The live socket. It says hello with the last sequence seen, so the server replays what was missed or answers "reload";
 * each fact is handed on once, in order. A cut is healed with growing, jittered pauses, at once when the network or the page comes back.
 */
export class Live<E extends { seq: number } = Event> {
  readonly #settings: LiveSettings;
  readonly #frameListeners = new Set<(frame: ServerFrame<E>) => void>();
  readonly #stateListeners = new Set<(state: LiveState) => void>();
  #socket: WebSocket | undefined;
  #state: LiveState = 'connecting';
  #last: number | undefined;
  #since = 0;
  #tries = 0;
  #wanted = false;
  #timers: Record<Timer, ReturnType<typeof setTimeout> | undefined> = {
    retry: undefined,
    grace: undefined,
    beat: undefined,
    answer: undefined,
  };
  #viewing: string | null = null;
  #page: { url: string; title: string } | undefined;
  #typed = new Map<string, number>();
  #stop: (() => void) | undefined;
  /** Told when the server ended the session (4401) or refused the socket (4403). */
  onended: ((code: number) => void) | undefined;

  constructor(settings: LiveSettings = {}) {
    this.#settings = settings;
  }

  get state(): LiveState {
    return this.#state;
  }
  /** When the line was lost, ms; 0 while it stands. */
  get lostAt(): number {
    return this.#since;
  }
  /** The newest sequence this side has. */
  get last(): number | undefined {
    return this.#last;
  }

  on(listener: (frame: ServerFrame<E>) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }
  onstate(listener: (state: LiveState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Opens the line and keeps it open. `last` is the sequence of what was already read over HTTP. */
  connect(last?: number): void {
    if (last !== undefined && (this.#last === undefined || last > this.#last)) this.#last = last;
    this.#wanted = true;
    this.#watch();
    if (!this.#socket) this.#open();
  }

  close(): void {
    this.#wanted = false;
    this.#stop?.();
    this.#stop = undefined;
    this.#clear('retry', 'grace', 'beat', 'answer');
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.#since = 0;
  }

  /** Says that the reader types; at most once a second for one conversation. */
  typing(conversationId: string, on: boolean): void {
    const before = this.#typed.get(conversationId) ?? -Infinity;
    const now = Date.now();
    if (on && now - before < 2500) return;
    if (!on && before === -Infinity) return;
    if (on) this.#typed.set(conversationId, now);
    else this.#typed.delete(conversationId);
    this.#send({ type: 'typing', conversationId, on });
  }
  viewing(conversationId: string | null): void {
    if (this.#viewing === conversationId) return;
    this.#viewing = conversationId;
    this.#send({ type: 'viewing', conversationId });
  }
  page(url: string, title: string): void {
    this.#page = { url, title };
    this.#send({ type: 'page', url, title });
  }

  #open(): void {
    this.#clear('retry');
    const make = this.#settings.socket ?? ((url, name) => new WebSocket(url, name));
    let socket: WebSocket;
    try {
      socket = make(this.#settings.url ?? defaultUrl(), protocol);
    } catch {
      this.#again();
      return;
    }
    this.#socket = socket;
    this.#clear('answer');
    this.#timers.answer = setTimeout(() => this.#drop(socket), answerMs);
    socket.onopen = () => {
      const visitor = this.#settings.visitor?.();
      const hello: ClientFrame = { type: 'hello' };
      if (this.#last !== undefined) hello.last = this.#last;
      if (visitor) hello.visitor = visitor;
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (message) => this.#socket === socket && this.#receive(message.data);
    socket.onclose = (event) => this.#socket === socket && this.#closed(event.code);
    socket.onerror = () => undefined; // a close always follows
  }

  #receive(data: unknown): void {
    let frame: ServerFrame<E>;
    try {
      frame = JSON.parse(String(data)) as ServerFrame<E>;
    } catch {
      return;
    }
    this.#clear('answer');
    if (frame.type === 'welcome') {
      this.#last ??= frame.seq;
      this.#tries = 0;
      this.#since = 0;
      this.#clear('grace');
      this.#beat(frame.heartbeat * 1000);
      this.#set('online');
      if (this.#viewing !== null) this.#send({ type: 'viewing', conversationId: this.#viewing });
      if (this.#page) this.#send({ type: 'page', ...this.#page });
    } else if (frame.type === 'event') {
      if (frame.event.seq <= (this.#last ?? -1)) return; // already had it
      this.#last = frame.event.seq;
    } else if (frame.type === 'skip') {
      this.#last = Math.max(this.#last ?? 0, frame.seq);
    } else if (frame.type === 'reload') {
      this.#last = frame.seq;
    }
    for (const listener of [...this.#frameListeners]) listener(frame);
  }

  #closed(code: number): void {
    this.#socket = undefined;
    this.#clear('beat', 'answer');
    if (!this.#wanted) return;
    if (ended.has(code)) {
      this.close();
      this.#set('offline');
      this.onended?.(code);
      return;
    }
    if (this.#since === 0) this.#since = Date.now();
    if (this.#state === 'online') {
      this.#set('connecting');
      this.#clear('grace');
      this.#timers.grace = setTimeout(() => this.#set('offline'), graceMs);
    } else if (this.#tries > 0) this.#set('offline');
    this.#again();
  }

  #again(): void {
    const random = this.#settings.random ?? Math.random;
    const most = Math.min(longestMs, 500 * 2 ** this.#tries);
    this.#tries++;
    this.#clear('retry');
    this.#timers.retry = setTimeout(() => this.#open(), most * (0.3 + 0.7 * random()));
  }

  /** A silent line is a dead one: ask, and cut when no answer comes. */
  #beat(everyMs: number): void {
    this.#clear('beat');
    this.#timers.beat = setTimeout(() => {
      const socket = this.#socket;
      this.#send({ type: 'ping' });
      if (socket) this.#timers.answer = setTimeout(() => this.#drop(socket), answerMs);
      this.#beat(everyMs);
    }, everyMs);
  }

  #drop(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    socket.onclose = null;
    socket.close();
    this.#closed(1006);
  }

  #send(frame: ClientFrame): void {
    if (this.#state === 'online' && this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #set(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }

  #watch(): void {
    if (this.#stop || typeof window === 'undefined') return;
    const hurry = () => {
      if (document.visibilityState === 'hidden' || !this.#wanted || this.#socket) return;
      this.#tries = 0;
      this.#open();
    };
    const lost = () => this.#socket && this.#drop(this.#socket);
    window.addEventListener('online', hurry);
    window.addEventListener('offline', lost);
    document.addEventListener('visibilitychange', hurry);
    this.#stop = () => {
      window.removeEventListener('online', hurry);
      window.removeEventListener('offline', lost);
      document.removeEventListener('visibilitychange', hurry);
    };
  }

  #clear(...names: Timer[]): void {
    for (const name of names) {
      clearTimeout(this.#timers[name]);
      this.#timers[name] = undefined;
    }
  }
}

function defaultUrl(): string {
  return `${location.origin.replace(/^http/, 'ws')}/api/v1/live`;
}

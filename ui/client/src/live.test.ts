import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live } from './live.ts';
import type { ServerFrame } from './types.ts';

type Fact = { seq: number };
class Line {
  static all: Line[] = [];
  readyState = 1;
  sent: { type: string; last?: number; on?: boolean; conversationId?: string | null }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    Line.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  open(seq: number) {
    this.onopen?.();
    this.say({ type: 'welcome', seq, now: '', heartbeat: 25 });
  }
  say(frame: ServerFrame<Fact>) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  fact(seq: number) {
    this.say({ type: 'event', event: { seq } });
  }
  cut(code = 1006) {
    this.onclose?.({ code });
  }
}
const newest = () => Line.all.at(-1) as Line;
let live: Live<Fact>;
let seen: number[];

beforeEach(() => {
  vi.useFakeTimers();
  Line.all = [];
  seen = [];
  live = new Live<Fact>({ url: 'ws://x', socket: () => new Line() as unknown as WebSocket, random: () => 1 });
  live.on((frame) => frame.type === 'event' && seen.push(frame.event.seq));
});
afterEach(() => {
  live.close();
  vi.useRealTimers();
});

test('it resumes after the last fact it has, and hands on each fact once', () => {
  live.connect(10);
  newest().open(12);
  expect(newest().sent[0]).toEqual({ type: 'hello', last: 10 });
  newest().fact(11);
  newest().fact(12);
  newest().cut();
  vi.advanceTimersByTime(600);
  expect(Line.all).toHaveLength(2);
  newest().open(14);
  expect(newest().sent[0]).toEqual({ type: 'hello', last: 12 });
  newest().fact(12); // the server is generous
  newest().fact(13);
  newest().fact(14);
  expect(seen).toEqual([11, 12, 13, 14]);
});

test('a skip moves the place to resume from; a reload begins anew', () => {
  live.connect(1);
  newest().open(1);
  newest().say({ type: 'skip', seq: 50 });
  expect(live.last).toBe(50);
  newest().say({ type: 'reload', seq: 30 });
  expect(live.last).toBe(30);
});

test('a short cut says nothing; a long one is shown with its beginning', () => {
  const states: string[] = [];
  live.connect(1);
  newest().open(1);
  live.onstate((state) => states.push(state));
  newest().cut();
  expect(live.lostAt).toBeGreaterThan(0);
  vi.advanceTimersByTime(600);
  newest().open(1);
  expect(states).toEqual(['connecting', 'online']);
  expect(live.lostAt).toBe(0);
  newest().cut();
  vi.advanceTimersByTime(600);
  newest().cut();
  expect(live.state).toBe('offline');
});

test('pauses grow and stop growing', () => {
  live.connect(1);
  for (let i = 0; i < 12; i++) {
    newest().cut();
    vi.advanceTimersByTime(Math.min(30_000, 500 * 2 ** i) - 1);
    expect(Line.all).toHaveLength(i + 1);
    vi.advanceTimersByTime(1);
    expect(Line.all).toHaveLength(i + 2);
  }
});

test('a silent line is asked, then cut', () => {
  live.connect(1);
  newest().open(1);
  vi.advanceTimersByTime(25_000);
  expect(newest().sent.at(-1)?.type).toBe('ping');
  vi.advanceTimersByTime(10_000);
  expect(live.state).toBe('connecting');
});

test('an ended session is not knocked at again', () => {
  const ended = vi.fn();
  live.onended = ended;
  live.connect(1);
  newest().open(1);
  newest().cut(4401);
  vi.advanceTimersByTime(120_000);
  expect(Line.all).toHaveLength(1);
  expect(ended).toHaveBeenCalledWith(4401);
});

test('what one looks at is told again after a cut', () => {
  live.connect(1);
  newest().open(1);
  live.viewing('c1');
  newest().cut();
  vi.advanceTimersByTime(600);
  newest().open(1);
  expect(newest().sent).toContainEqual({ type: 'viewing', conversationId: 'c1' });
});

test('typing is told at most once in a while, and its end at once', () => {
  live.connect(1);
  newest().open(1);
  live.typing('c1', true);
  live.typing('c1', true);
  live.typing('c1', false);
  live.typing('c1', false);
  expect(
    newest()
      .sent.filter(({ type }) => type === 'typing')
      .map(({ on }) => on),
  ).toEqual([true, false]);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { read, Room } from './livekit.ts';

/** Writes a message: its fields by their numbers, in order. */
type Value = number | string | readonly [number, Value][] | Uint8Array;
function write(fields: readonly (readonly [number, Value])[]): number[] {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  return fields.flatMap(([field, value]) => {
    if (typeof value === 'number') return [...varint(field * 8), ...varint(value)];
    const bytes =
      typeof value === 'string'
        ? [...new TextEncoder().encode(value)]
        : value instanceof Uint8Array
          ? [...value]
          : write(value as readonly [number, Value][]);
    return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
  });
}

/** The line to the server, with what was said on it. */
class Line {
  static last: Line | undefined;
  readyState = 1;
  binaryType = '';
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly said: Map<number, (number | Uint8Array)[]>[] = [];
  closed = false;
  constructor(readonly url: string) {
    Line.last = this;
  }
  send(bytes: Uint8Array<ArrayBuffer>) {
    this.said.push(read(bytes));
  }
  close() {
    this.closed = true;
  }
  async hears(...fields: (readonly [number, Value])[]) {
    this.onmessage?.({ data: Uint8Array.from(write(fields)).buffer });
    for (let n = 0; n < 20; n++) await Promise.resolve();
  }
  /** What was said so far of one kind, its fields as text or number. */
  told(what: number): Record<number, string | number>[] {
    return this.said
      .flatMap((one) => one.get(what) ?? [])
      .map((body) =>
        Object.fromEntries(
          [...read(body as Uint8Array<ArrayBuffer>)].map(([field, values]) => {
            const last = values.at(-1) ?? 0;
            return [field, typeof last === 'number' ? last : new TextDecoder().decode(last)];
          }),
        ),
      );
  }
}

class Peer {
  static all: Peer[] = [];
  signalingState = 'stable';
  connectionState = 'new';
  remoteDescription: unknown = null;
  closed = false;
  ontrack: ((event: unknown) => void) | null = null;
  onicecandidate: ((event: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly candidates: unknown[] = [];
  readonly sent: { track: unknown }[] = [];
  constructor(readonly settings: RTCConfiguration) {
    Peer.all.push(this);
  }
  addTransceiver(track: unknown) {
    const sender = { track, replaceTrack: (next: unknown) => Promise.resolve((sender.track = next)) };
    this.sent.push(sender);
    return { sender };
  }
  removeTrack(sender: { track: unknown }) {
    this.sent.splice(this.sent.indexOf(sender), 1);
  }
  createOffer = () => Promise.resolve({ type: 'offer', sdp: `offer of ${this.sent.length}` });
  createAnswer = () => Promise.resolve({ type: 'answer', sdp: 'our answer' });
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = (one: unknown) => Promise.resolve((this.remoteDescription = one));
  addIceCandidate = (one: unknown) => Promise.resolve(this.candidates.push(one));
  close() {
    this.closed = true;
  }
}

class Stream {
  tracks: unknown[] = [];
  getTracks = () => [...this.tracks];
  addTrack = (track: unknown) => void (this.tracks.includes(track) || this.tracks.push(track));
  removeTrack = (track: unknown) => (this.tracks = this.tracks.filter((one) => one !== track));
}

const track = (kind: string) => ({ kind, id: `${kind} track`, getSettings: () => ({ width: 640, height: 360 }) });
const lent = (kind: string) => track(kind) as unknown as MediaStreamTrack;
const [microphone, camera, screen] = [2, 1, 3];
type Track = readonly [kind: number, source: number];
const sends = (tracks: readonly Track[]): (readonly [number, Value])[] =>
  tracks.map(
    ([kind, source]) =>
      [
        4,
        [
          [1, 'TR_x'],
          [2, kind],
          [9, source],
        ],
      ] as const,
  );
const person = (id: string, name: string, tracks: readonly Track[] = [], state = 2): [number, Value][] => [
  [1, id],
  [2, name],
  [3, state],
  ...(sends(tracks) as [number, Value][]),
];
const may = (id: string, name: string, ...sources: number[]): [number, Value][] => [
  ...person(id, name),
  [11, [[9, Uint8Array.from(sources)]]],
];

function enter(side = 'customer', ...sources: number[]) {
  const states: string[] = [];
  let streams: readonly Stream[] = [];
  const room = new Room(
    { url: 'wss://livekit.example', token: 'a.b.c' },
    {
      onstate: (state) => states.push(state),
      onstreams: (now) => (streams = now as unknown as Stream[]),
      peer: (settings) => new Peer(settings) as unknown as RTCPeerConnection,
      socket: (url) => new Line(url) as unknown as WebSocket,
    },
  );
  const line = Line.last;
  if (!line) throw new Error('no line was opened');
  const joined = (...others: [number, Value][][]) =>
    line.hears([1, [[2, may('PA_me', `${side}.1`, ...sources)], ...others.map((one) => [3, one] as [number, Value])]]);
  return { room, line, states, joined, streams: () => streams.map(({ tracks }) => tracks) };
}
const peers = (): [Peer, Peer] => {
  const [sending, receiving] = Peer.all;
  if (!sending || !receiving) throw new Error('no connection was made');
  return [sending, receiving];
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', Stream);
  vi.stubGlobal('RTCRtpSender', {});
  Peer.all = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('goes in with its ticket, and keeps the line from falling silent', async () => {
  const { line, joined } = enter();
  expect(line.url).toBe('wss://livekit.example/rtc?access_token=a.b.c&auto_subscribe=1&protocol=15&sdk=js');
  await joined();
  vi.setSystemTime(1_796_070_536_123);
  await vi.advanceTimersByTimeAsync(5000);
  expect(line.told(16)).toEqual([{ 1: 1_796_070_541_123 }]);
});

it('asks no third party for its address, and takes the relays that it is told', async () => {
  const { line } = enter();
  await line.hears([
    1,
    [
      [5, [[1, 'stun:stun.elsewhere.example:19302']]],
      [
        5,
        [
          [1, 'turns:livekit.example:443'],
          [2, 'u'],
          [3, 'c'],
        ],
      ],
    ],
  ]);
  expect(peers()[0].settings.iceServers).toEqual([
    { urls: ['turns:livekit.example:443'], username: 'u', credential: 'c' },
  ]);
});

describe('what is sent', () => {
  it('is a microphone, when there is one; one that is taken away falls silent, and comes back', async () => {
    const { room, line, joined } = enter('customer', microphone);
    await joined();
    expect(line.told(4)).toEqual([]);
    room.lend('audio', lent('audio'));
    await Promise.resolve();
    expect(line.told(4)).toEqual([{ 1: 'audio track', 3: 0, 8: microphone }]);
    await line.hears([
      6,
      [
        [1, 'audio track'],
        [2, [[1, 'TR_1']]],
      ],
    ]);
    room.lend('audio', null);
    expect(line.told(5).at(-1)).toEqual({ 1: 'TR_1', 2: 1 });
    room.lend('audio', lent('audio'));
    expect(line.told(5).at(-1)).toEqual({ 1: 'TR_1', 2: 0 });
    expect(line.told(4)).toHaveLength(1);
  });

  it('is no camera before it is allowed, nor after it is not any more', async () => {
    const { room, line, joined } = enter('customer', microphone);
    room.lend('audio', lent('audio'));
    room.lend('video', lent('video'));
    await joined();
    expect(line.told(4).map((one) => one[8])).toEqual([microphone]);
    await line.hears([
      2,
      [
        [1, 'answer'],
        [2, 'v=0'],
      ],
    ]);
    await line.hears([5, [[1, may('PA_me', 'customer.1', microphone, camera)]]]);
    expect(line.told(4).at(-1)).toMatchObject({ 1: 'video track', 3: 1, 4: 640, 5: 360, 8: camera });
    expect(line.told(1).map((one) => one[2])).toEqual(['offer of 1', 'offer of 2']);
    await line.hears([
      2,
      [
        [1, 'answer'],
        [2, 'v=0'],
      ],
    ]);
    await line.hears([5, [[1, may('PA_me', 'customer.1', microphone)]]]);
    expect(peers()[0].sent.map(({ track }) => (track as MediaStreamTrack).kind)).toEqual(['audio']);
    expect(line.told(1).at(-1)?.[2]).toBe('offer of 1');
  });

  it('is offered once at a time', async () => {
    const { room, line, joined } = enter('member', microphone, camera);
    await joined();
    room.lend('audio', lent('audio'));
    room.lend('video', lent('video'));
    for (let n = 0; n < 10; n++) await Promise.resolve();
    expect(line.told(1)).toHaveLength(1);
    await line.hears([
      2,
      [
        [1, 'answer'],
        [2, 'v=0'],
      ],
    ]);
    expect(line.told(1)).toHaveLength(2);
  });
});

describe('what is seen and heard', () => {
  const arrives = (kind: string, whose: string) => {
    const one = track(kind);
    peers()[1].ontrack?.({ track: one, streams: [{ id: `${whose}|TR_x` }] });
    return one;
  };

  it('is put with whom it comes from: her who has the call, the customer, the third', async () => {
    const { line, joined, streams } = enter('listener');
    await joined(
      person('PA_m', 'member.1', [
        [0, microphone],
        [1, camera],
      ]),
      person('PA_c', 'customer.1', [[0, microphone]]),
    );
    const [hers, face] = [arrives('audio', 'PA_m'), arrives('video', 'PA_m')];
    const voice = arrives('audio', 'PA_c');
    const early = arrives('audio', 'PA_g'); // before it is known who that is
    expect(streams()).toEqual([[hers, face], [voice], []]);
    await line.hears([5, [[1, person('PA_g', 'guest.1', [[0, microphone]])]]]);
    expect(streams()).toEqual([[hers, face], [voice], [early]]);
    await line.hears([5, [[1, person('PA_m', 'member.1', [], 3)]]]);
    expect(streams()).toEqual([[], [voice], [early]]);
  });

  it('is no picture but a camera’s, and none of somebody with no place', async () => {
    const { joined, streams } = enter('member', microphone, camera);
    await joined(
      person('PA_c', 'customer.1', [
        [0, microphone],
        [1, screen],
        [1, microphone],
      ]),
      person('PA_x', 'x', [[1, camera]]),
    );
    arrives('video', 'PA_c');
    arrives('video', 'PA_x');
    expect(streams()).toEqual([[], []]);
  });
});

it('answers what the server offers, and takes candidates that came too early', async () => {
  const { line, joined } = enter();
  await joined();
  const where = (candidate: string, target: number) =>
    line.hears([4, [[1, JSON.stringify({ candidate })], ...(target ? ([[2, target]] as [number, Value][]) : [])]]);
  await where('early', 1);
  expect(peers()[1].candidates).toEqual([]);
  await line.hears([
    3,
    [
      [1, 'offer'],
      [2, 'v=0'],
      [3, 7],
    ],
  ]);
  expect(line.told(2)).toEqual([{ 1: 'answer', 2: 'our answer', 3: 7 }]);
  await where('late', 1);
  await where('of the other', 0);
  expect(peers()[1].candidates).toEqual([{ candidate: 'early' }, { candidate: 'late' }]);
  peers()[1].onicecandidate?.({ candidate: { candidate: 'ours' } });
  expect(line.told(3)).toEqual([{ 1: '{"candidate":"ours"}', 2: 1 }]);
});

it('says when it is connected, and when another ticket is needed', async () => {
  for (const ends of ['leave', 'line', 'nonsense'] as const) {
    Peer.all = [];
    const { line, joined, states } = enter();
    await joined();
    peers()[1].connectionState = 'connected';
    peers()[1].onconnectionstatechange?.();
    expect(states).toEqual(['connected']);
    if (ends === 'leave') await line.hears([8, [[2, 4]]]);
    else if (ends === 'line') line.onclose?.();
    else await line.hears([4, [[1, '{']]]);
    expect(states).toEqual(['connected', 'failed']);
  }
});

it('takes its leave, and says nothing afterwards', async () => {
  const { room, line, joined, states } = enter('customer', microphone);
  await joined();
  room.close();
  expect(line.told(8)).toEqual([{}]);
  expect(line.closed && Peer.all.every(({ closed }) => closed)).toBe(true);
  room.lend('audio', lent('audio'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(line.told(4)).toEqual([]);
  expect(line.told(16)).toEqual([]);
  expect(states).toEqual([]);
});

it('reads what a message says, whatever it is', () => {
  expect([...read(Uint8Array.from([8, 150, 1]))]).toEqual([[1, [150]]]);
  expect([...read(Uint8Array.from([13, 1, 2, 3, 4, 17, 1, 2, 3, 4, 5, 6, 7, 8, 24, 5]))]).toEqual([
    [1, [0]],
    [2, [0]],
    [3, [5]],
  ]);
  expect(read(Uint8Array.from([10, 200, 1, 65])).get(1)).toEqual([Uint8Array.from([65])]); // cut short
});

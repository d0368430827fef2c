import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Call, type CallSettings, type IceServer } from './call.ts';
import { Problem } from './problem.ts';

/** A connection that does what a test says, in place of the browser's. */
class Peer {
  static all: Peer[] = [];
  readonly directions: string[] = [];
  readonly tracks: (string | null)[] = [];
  signalingState = 'stable';
  connectionState = 'new';
  closed = false;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: unknown = null;
  readonly #transceivers: unknown[] = [];

  constructor(readonly settings: RTCConfiguration) {
    Peer.all.push(this);
  }
  addTransceiver(what: string | { kind: string; id: string }, { direction }: { direction: string }) {
    const kind = typeof what === 'string' ? what : what.kind;
    this.directions.push(`${kind} ${direction}`);
    const place = this.tracks.push(typeof what === 'string' ? null : what.id) - 1;
    const replaceTrack = (track: { id: string } | null) => {
      this.tracks[place] = track?.id ?? null;
      return Promise.resolve();
    };
    this.#transceivers.push({ receiver: { track: { kind } }, sender: { replaceTrack } });
  }
  getTransceivers() {
    return this.#transceivers;
  }
  createOffer() {
    return Promise.resolve({ type: 'offer', sdp: `offer ${Peer.all.indexOf(this)}` });
  }
  setLocalDescription() {
    this.signalingState = 'have-local-offer';
    return Promise.resolve();
  }
  setRemoteDescription() {
    this.signalingState = 'stable';
    return Promise.resolve();
  }
  getStats() {
    return Promise.resolve([
      { type: 'media-source', kind: 'audio', audioLevel: 0.25 },
      { type: 'inbound-rtp', kind: 'audio', audioLevel: 0.5, packetsReceived: 90, packetsLost: 10 },
      { type: 'inbound-rtp', kind: 'video', framesDecoded: 12, framesPerSecond: 24 },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.031 },
    ]);
  }
  close() {
    this.closed = true;
  }
  becomes(state: string) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

const relay: IceServer = { urls: ['turn:help.example'], username: 'u', credential: 'c' };
const track = (kind: string) => ({ kind, id: `${kind} track` }) as unknown as MediaStreamTrack;
const last = () => {
  const peer = Peer.all.at(-1);
  if (!peer) throw new Error('no connection was made');
  return peer;
};

function callOf(side: CallSettings['side'], exchange: CallSettings['exchange'], more: Partial<CallSettings> = {}) {
  const states: string[] = [];
  const call: Call = new Call({
    side,
    exchange,
    onchange: () => states.at(-1) !== call.state && states.push(call.state),
    peer: (settings) => new Peer(settings) as unknown as RTCPeerConnection,
    ...more,
  });
  return { call, states };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', class {});
  Peer.all = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('what is offered', () => {
  it.each([
    ['customer', ['audio sendrecv', 'video recvonly', 'audio recvonly', 'video recvonly']],
    [
      'member',
      ['audio sendrecv', 'video sendonly', 'video recvonly', 'audio recvonly', 'video recvonly', 'audio recvonly'],
    ],
    ['listener', ['audio recvonly', 'audio recvonly', 'video recvonly', 'audio recvonly']],
    ['whisperer', ['audio sendrecv', 'audio recvonly', 'video recvonly', 'audio recvonly']],
  ] as const)('by a %s', async (side, directions) => {
    const { call } = callOf(side, () => Promise.resolve({ answer: '', iceServers: [] }));
    await call.again();
    expect(last().directions).toEqual(directions);
  });

  it('holds a customer’s place for a microphone that comes later, and keeps it over a cut', async () => {
    const { call } = callOf('customer', () => Promise.resolve({ answer: 'yes', iceServers: [] }));
    await call.again();
    expect(last().tracks).toEqual([null, null, null, null]);
    call.speak(track('audio'));
    expect(last().tracks).toEqual(['audio track', null, null, null]);
    await call.again();
    expect(last().tracks).toEqual(['audio track', null, null, null]);
  });

  it('says that a customer sends a picture only while she shows herself, and calls no plan a cut', async () => {
    const { call, states } = callOf('customer', () => Promise.resolve({ answer: 'yes', iceServers: [] }));
    await call.again();
    last().becomes('connected');
    call.show(track('video'));
    await vi.advanceTimersByTimeAsync(0);
    expect(last().directions).toEqual(['audio sendrecv', 'video sendrecv', 'audio recvonly', 'video recvonly']);
    expect(last().tracks).toEqual([null, 'video track', null, null]);
    last().becomes('connected');
    expect([Peer.all.length, states]).toEqual([2, ['waiting', 'joining', 'joined']]);
    call.show(track('video')); // the other camera of a phone
    call.show(null);
    expect([Peer.all.length, last().tracks[1]]).toEqual([2, null]);
    await call.again();
    expect(last().directions[1]).toBe('video recvonly');
    // A new way that does not open is a cut after all.
    last().becomes('connected');
    call.show(track('video'));
    await vi.advanceTimersByTimeAsync(4000);
    expect(call.state).toBe('lost');
  });
});

describe('how a call comes about', () => {
  it('waits for somebody, joins, and flows', async () => {
    const { call, states } = callOf('customer', () => Promise.resolve({ answer: '', iceServers: [] }));
    await call.again();
    await call.answer('yes');
    last().becomes('connected');
    expect(states).toEqual(['waiting', 'joining', 'joined']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Peer.all.length).toBe(1);
  });

  it('tries the relay after four silent seconds, and says so after eight', async () => {
    const { call, states } = callOf('member', () => Promise.resolve({ answer: 'yes', iceServers: [relay] }));
    await call.again();
    expect(last().settings.iceTransportPolicy).toBe('all');
    await vi.advanceTimersByTimeAsync(4000);
    expect(last().settings).toMatchObject({ iceTransportPolicy: 'relay', iceServers: [relay] });
    expect(call.state).toBe('joining');
    await vi.advanceTimersByTimeAsync(4000);
    expect(call.state).toBe('failed');
    last().becomes('connected');
    expect(states).toEqual(['waiting', 'joining', 'failed', 'joined']);
    expect(Peer.all.slice(0, -1).every(({ closed }) => closed)).toBe(true);
  });

  it('lets a shaky line come back by itself, and offers again when it does not', async () => {
    const { call } = callOf('customer', () => Promise.resolve({ answer: 'yes', iceServers: [] }));
    await call.again();
    last().becomes('connected');
    last().becomes('disconnected');
    expect(call.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(1000);
    last().becomes('connected');
    await vi.advanceTimersByTimeAsync(5000);
    expect([call.state, Peer.all.length]).toEqual(['joined', 1]);
    last().becomes('disconnected');
    await vi.advanceTimersByTimeAsync(2000);
    expect([call.state, Peer.all.length]).toEqual(['lost', 2]);
  });

  it('asks again while nobody can be reached, and ends when it is refused', async () => {
    let fault: Problem | undefined = new Problem({ status: 0, code: 'unreachable' });
    const onrefused = vi.fn();
    const exchange = () => (fault ? Promise.reject(fault) : Promise.resolve({ answer: 'yes', iceServers: [] }));
    const { call } = callOf('customer', exchange, { onrefused });
    await call.again();
    await vi.advanceTimersByTimeAsync(1000);
    expect([Peer.all.length, call.state]).toEqual([2, 'waiting']);
    fault = new Problem({ status: 409, code: 'assist_off' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(call.state).toBe('closed');
    expect(onrefused).toHaveBeenCalledWith(fault);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(Peer.all.length).toBe(3);
  });

  it('asks no more after a refusal that is to be told', async () => {
    const onrefused = vi.fn();
    const full = new Problem({ status: 503, code: 'assist_full' });
    const exchange = vi.fn(() => Promise.reject(full));
    const { call } = callOf('customer', exchange, { onrefused, final: (error) => error === full });
    await call.again();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([call.state, exchange.mock.calls.length, onrefused.mock.calls]).toEqual(['closed', 1, [[full]]]);
  });

  it('takes an answer to the newest offer only', async () => {
    const { call } = callOf('customer', () => Promise.resolve({ answer: '', iceServers: [] }));
    await call.again();
    await call.answer('yes');
    last().signalingState = 'stable';
    await call.answer('an old one');
    expect(call.state).toBe('joining');
    call.close();
    await call.answer('too late');
    expect(call.state).toBe('closed');
  });
});

it('measures what is spoken, heard and seen', async () => {
  const { call } = callOf('customer', () => Promise.resolve({ answer: '', iceServers: [] }));
  await call.again();
  expect(await call.measure()).toEqual({ spoken: 0.25, heard: 0.5, frames: 12, rate: 24, delay: 31, missing: 0.1 });
});

describe('through LiveKit', () => {
  class Elsewhere {
    static all: Elsewhere[] = [];
    closed = false;
    readonly lent: string[] = [];
    readonly peers: unknown[] = [];
    constructor(
      readonly ticket: { token: string },
      readonly settings: { onstate: (state: string) => void; onstreams: (streams: unknown[]) => void },
    ) {
      Elsewhere.all.push(this);
    }
    lend(kind: string, track: { id: string } | null) {
      this.lent.push(`${kind} ${track?.id ?? 'none'}`);
    }
    close() {
      this.closed = true;
    }
  }
  const elsewhere = () => Promise.resolve({ Room: Elsewhere as never });
  const ticket = (token: string) => ({ url: 'wss://livekit.example', token });
  beforeEach(() => (Elsewhere.all = []));

  it('a ticket takes the place of an answer, and another one repairs a cut', async () => {
    const offers: string[] = [];
    const exchange = (offer: string) => {
      offers.push(offer);
      return Promise.resolve({ answer: '', ticket: ticket(`ticket ${offers.length}`), iceServers: [] });
    };
    const { call, states } = callOf('member', exchange, { elsewhere });
    call.speak(track('audio'));
    call.show(track('video'));
    await call.again();
    const [first] = Elsewhere.all;
    expect(Peer.all.every(({ closed }) => closed)).toBe(true);
    expect(first?.ticket.token).toBe('ticket 1');
    expect(first?.lent).toEqual(['audio audio track', 'video video track']);
    first?.settings.onstate('connected');
    const there = ['hers'];
    first?.settings.onstreams(there);
    expect([call.state, call.stream, call.elsewhere]).toEqual(['joined', 'hers', true]);
    first?.settings.onstate('failed');
    await vi.advanceTimersByTimeAsync(0);
    expect(first?.closed).toBe(true);
    expect(offers).toEqual(['offer 0', '']); // the second is for a ticket only
    expect(Elsewhere.all.map(({ ticket }) => ticket.token)).toEqual(['ticket 1', 'ticket 2']);
    first?.settings.onstate('connected'); // the one before has nothing to say any more
    expect(states).toEqual(['waiting', 'joining', 'joined', 'lost']);
    Elsewhere.all[1]?.settings.onstate('connected');
    expect(call.state).toBe('joined');
    call.close();
    expect(Elsewhere.all.every(({ closed }) => closed)).toBe(true);
  });

  it('a ticket comes by the line once somebody is there; a second one is let go', async () => {
    const { call } = callOf('customer', () => Promise.resolve({ answer: '', iceServers: [] }), { elsewhere });
    await call.again();
    await call.answer('', ticket('first'));
    await call.answer('', ticket('second'));
    expect(Elsewhere.all.map(({ ticket }) => ticket.token)).toEqual(['first']);
    expect(call.state).toBe('joining');
    await vi.advanceTimersByTimeAsync(8000); // it did not come
    expect(Elsewhere.all[0]?.closed).toBe(true);
  });

  it('who listens lends no microphone', async () => {
    const exchange = () => Promise.resolve({ answer: '', ticket: ticket('t'), iceServers: [] });
    const { call } = callOf('listener', exchange, { elsewhere });
    await call.again();
    expect(Elsewhere.all[0]?.lent).toEqual(['video none']);
  });
});

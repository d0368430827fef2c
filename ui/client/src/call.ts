import type { Room, Ticket } from './livekit.ts';

/** Where a relay can be reached, and with which passing credentials. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/**
 * idle: not begun; waiting: offered, and nobody has answered yet; joining: answered, the media are on their way; joined: they flow;
 * lost: they did, and are being brought back; failed: no way has been found for longer than one waits; closed: over.
 */
export type CallState = 'idle' | 'waiting' | 'joining' | 'joined' | 'lost' | 'failed' | 'closed';

export type Side = 'customer' | 'member' | 'listener' | 'whisperer';

/**
 * What each side offers, in order. The first voice and the first picture are her own where she sends; who may come into the call
 * later has a section from the start, so that nobody's connection is touched when she does.
 */
const sections: Record<Side, readonly (readonly ['audio' | 'video', RTCRtpTransceiverDirection])[]> = {
  customer: [
    ['audio', 'sendrecv'],
    ['video', 'recvonly'],
    ['audio', 'recvonly'],
    ['video', 'recvonly'],
  ],
  member: [
    ['audio', 'sendrecv'],
    ['video', 'sendonly'],
    ['video', 'recvonly'],
    ['audio', 'recvonly'],
    ['video', 'recvonly'],
    ['audio', 'recvonly'],
  ],
  listener: [
    ['audio', 'recvonly'],
    ['audio', 'recvonly'],
    ['video', 'recvonly'],
    ['audio', 'recvonly'],
  ],
  whisperer: [
    ['audio', 'sendrecv'],
    ['audio', 'recvonly'],
    ['video', 'recvonly'],
    ['audio', 'recvonly'],
  ],
};

/** What the server says to an offer: its answer, or a ticket where calls run through LiveKit. */
export interface Exchanged {
  answer: string;
  ticket?: Ticket | null | undefined;
  iceServers: readonly IceServer[];
}

export interface CallSettings {
  /** A customer sees and hears, and is seen only while she shows herself; a member is seen and heard; who listens in sends nothing, who whispers her voice. */
  side: Side;
  /** Carries an offer to the server. The answer is empty while nobody has taken the call: it comes by `answer` then. */
  exchange: (offer: string) => Promise<Exchanged>;
  /** Told after every change of `state` and `stream`. */
  onchange: () => void;
  /** Told of an offer that the server refused for good. */
  onrefused?: (error: unknown) => void;
  /** Says of a refusal that would pass that it is told all the same, and not tried again. */
  final?: (error: unknown) => boolean;
  peer?: (settings: RTCConfiguration) => RTCPeerConnection;
  /** Fetches what speaks LiveKit. */
  elsewhere?: () => Promise<{ Room: typeof Room }>;
}

/** How a call goes at one instant. Loudness runs from 0 to 1; `undefined` is what is not known. */
export interface Measure {
  spoken: number;
  heard: number;
  /** Frames that were drawn so far, of what is seen here. */
  frames: number;
  /** A second, of what is seen here or, for a member, of what she shows. */
  rate: number | undefined;
  /** To the server and back, ms. */
  delay: number | undefined;
  /** Share of sound packets that did not arrive, from 0 to 1. */
  missing: number;
}

/** Where calls run through LiveKit, which tries its relays by itself. */
const patienceElsewhereMs = 8000;
/** Our own watchdog: with a relay that refuses, the browser stays silent for a quarter of a minute. */
const patienceMs = 4000;
/** A line that is only shaky comes back by itself. */
const shakyMs = 2000;
const pauseMs = 1000;

/**
 * One side's media of an assist. The peer is our own server, which answers an offer whole; so every repair (another
 * network, a page that was left, a server that came back) is the same: a new offer. Where it answers with a ticket instead, calls run
 * through LiveKit, and a repair is a new ticket. When the straight way does not open in
 * four seconds the relay is tried, then both in turn; after eight seconds the call says it failed and goes on trying.
 */
export class Call {
  readonly #settings: CallSettings;
  #peer: RTCPeerConnection | undefined;
  /** In place of the peer, where calls run through LiveKit. */
  #room: Room | undefined;
  #elsewhere = false;
  /** The newest attempt: what comes for an older one is let go. */
  #attempt = {};
  #state: CallState = 'idle';
  #streams: readonly MediaStream[] = [];
  #iceServers: readonly IceServer[] = [];
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  /** Legs begun since the media last flowed. */
  #legs = 0;
  #was = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: CallSettings) {
    this.#settings = settings;
  }

  /** Whether this browser can carry a call at all. */
  static get possible(): boolean {
    return typeof RTCPeerConnection !== 'undefined';
  }

  /** It runs through LiveKit, as every call of this server then does. */
  get elsewhere(): boolean {
    return this.#elsewhere;
  }
  get state(): CallState {
    return this.#state;
  }
  /** What comes from the other side. */
  get stream(): MediaStream | undefined {
    return this.#streams[0];
  }
  /** What comes from the others: for a customer and her member, who came in as a third is the first of them. */
  get beside(): readonly MediaStream[] {
    return this.#streams.slice(1);
  }

  /** Offers, and offers again in place of what was: after a cut, and when the server asks for it. */
  again = async (): Promise<void> => this.#offer(false);

  /** What is planned is no cut: the call goes on as joined, unless the new way does not open. */
  async #offer(planned: boolean): Promise<void> {
    if (this.#state === 'closed') return;
    clearTimeout(this.#timer);
    this.#drop();
    const peer = this.#elsewhere ? undefined : this.#open();
    const attempt = this.#attempt;
    const leg = ++this.#legs;
    if (this.#was) {
      if (!planned) this.#set(leg > 2 ? 'failed' : 'lost');
    } else if (this.#state === 'idle') this.#set('waiting');
    else if (leg > 2) this.#set('failed');
    try {
      const offer = await peer?.createOffer();
      await peer?.setLocalDescription(offer);
      const { answer, ticket, iceServers } = await this.#settings.exchange(offer?.sdp ?? '');
      this.#iceServers = iceServers;
      if (this.#attempt === attempt && (answer || ticket)) await this.answer(answer, ticket);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      const anew = passing(error) && !this.#settings.final?.(error);
      if (anew) this.#timer = setTimeout(() => void this.again(), pauseMs * Math.min(leg, 4));
      else {
        this.close();
        this.#settings.onrefused?.(error);
      }
    }
  }

  /** The server's answer to the last offer, or a ticket in its place; one to an older offer is let go. */
  async answer(sdp: string, ticket?: Ticket | null): Promise<void> {
    if (ticket) return this.#enter(ticket);
    const peer = this.#peer;
    if (!peer || peer.signalingState !== 'have-local-offer') return;
    if (!this.#was && this.#state === 'waiting') this.#set('joining');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.again(), patienceMs);
    await peer.setRemoteDescription({ type: 'answer', sdp }).catch(() => undefined); // the watchdog tries again
  }

  /** Lends the call a microphone, before or while it stands; null takes it away. */
  speak(track: MediaStreamTrack | null): void {
    this.#microphone = track;
    this.#room?.lend('audio', track);
    void this.#sender('audio')
      ?.replaceTrack(track)
      .catch(() => undefined);
  }
  /** The same for a camera. A customer offers anew to be seen: until then her offers say that she sends no picture. */
  show(track: MediaStreamTrack | null): void {
    const hidden = !this.#camera;
    this.#camera = track;
    this.#room?.lend('video', track);
    if (this.#settings.side === 'customer' && hidden && track && this.#peer) return void this.#offer(true);
    void this.#sender('video')
      ?.replaceTrack(track)
      .catch(() => undefined);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#set('closed');
  }

  async measure(): Promise<Measure> {
    const measure: Measure = { spoken: 0, heard: 0, frames: 0, rate: undefined, delay: undefined, missing: 0 };
    for (const peer of this.#room?.peers ?? (this.#peer ? [this.#peer] : [])) {
      const report = await peer.getStats().catch(() => undefined);
      report?.forEach((one: Record<string, unknown>) => read(one, measure));
    }
    return measure;
  }

  async #enter(ticket: Ticket): Promise<void> {
    if (this.#room || this.#state === 'closed') return;
    if (!this.#was && this.#state === 'waiting') this.#set('joining');
    this.#elsewhere = true;
    this.#drop();
    const attempt = this.#attempt;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.again(), patienceElsewhereMs);
    const fetched = await (this.#settings.elsewhere ?? (() => import('./livekit.ts')))();
    if (this.#attempt !== attempt) return;
    const make = this.#settings.peer ?? ((settings) => new RTCPeerConnection(settings));
    const room = new fetched.Room(ticket, {
      peer: make,
      onstate: (state) => this.#attempt === attempt && this.#moved(state),
      onstreams: (streams) => {
        if (this.#attempt !== attempt) return;
        this.#streams = [...streams];
        this.#settings.onchange();
      },
    });
    this.#room = room;
    if (this.#settings.side !== 'listener') room.lend('audio', this.#microphone);
    room.lend('video', this.#camera);
  }

  #open(): RTCPeerConnection {
    const relayed = this.#legs % 2 === 1 && this.#iceServers.length > 0;
    const make = this.#settings.peer ?? ((settings) => new RTCPeerConnection(settings));
    const peer = make({
      bundlePolicy: 'max-bundle',
      iceServers: this.#iceServers.map((server) => ({ ...server })),
      iceTransportPolicy: relayed ? 'relay' : 'all',
    });
    this.#peer = peer;
    let shows = this.#settings.side === 'customer' && this.#camera !== null;
    for (const [kind, usual] of sections[this.#settings.side]) {
      const direction = kind === 'video' && shows ? 'sendrecv' : usual;
      if (kind === 'video') shows = false; // in her first section of pictures
      const own = kind === 'audio' ? this.#microphone : this.#camera;
      peer.addTransceiver((direction !== 'recvonly' && own) || kind, { direction });
    }
    const streams: MediaStream[] = [];
    // The first voice and the first picture belong together, and so on: the server fills the sections in this order.
    peer.ontrack = ({ track, transceiver }) => {
      const alike = peer
        .getTransceivers()
        .filter(({ direction, receiver }) => direction !== 'sendonly' && receiver.track.kind === track.kind);
      const place = alike.indexOf(transceiver);
      while (streams.length <= place) streams.push(new MediaStream());
      streams[place]?.addTrack(track);
      this.#streams = streams;
      this.#settings.onchange();
    };
    peer.onconnectionstatechange = () => this.#peer === peer && this.#moved(peer.connectionState);
    return peer;
  }

  #moved(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
      clearTimeout(this.#timer);
      this.#legs = 0;
      this.#was = true;
      this.#set('joined');
    } else if (state === 'disconnected' && this.#was) {
      this.#set('lost');
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.again(), shakyMs);
    } else if (state === 'failed') void this.again();
  }

  #sender(kind: 'audio' | 'video'): RTCRtpSender | undefined {
    return this.#peer?.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.sender;
  }

  #drop(): void {
    this.#attempt = {};
    this.#room?.close();
    this.#room = undefined;
    const peer = this.#peer;
    this.#peer = undefined;
    if (!peer) return;
    peer.ontrack = null;
    peer.onconnectionstatechange = null;
    peer.close();
  }

  #set(state: CallState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#settings.onchange();
  }
}

/** What passes by itself is tried again; a refusal is not. */
function passing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'passing' in error && error.passing === true;
}

function read(one: Record<string, unknown>, measure: Measure): void {
  const number = (name: string) => (typeof one[name] === 'number' ? one[name] : 0);
  const known = (name: string) => (typeof one[name] === 'number' ? one[name] : undefined);
  const what = `${String(one['type'])} ${String(one['kind'] ?? '')}`;
  if (what === 'media-source audio') measure.spoken = number('audioLevel');
  else if (what === 'inbound-rtp audio') {
    measure.heard = Math.max(measure.heard, number('audioLevel'));
    const all = number('packetsReceived') + number('packetsLost');
    if (all > 0) measure.missing = Math.max(measure.missing, number('packetsLost') / all);
  } else if (what === 'inbound-rtp video') {
    measure.frames = Math.max(measure.frames, number('framesDecoded'));
    measure.rate ??= known('framesPerSecond');
  } else if (what === 'outbound-rtp video') measure.rate = known('framesPerSecond') ?? measure.rate;
  else if (one['type'] === 'candidate-pair' && one['nominated'] === true) {
    const seconds = known('currentRoundTripTime');
    if (seconds !== undefined) measure.delay = Math.round(seconds * 1000);
  }
}

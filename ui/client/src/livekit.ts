/**
 * A call through a LiveKit server: its signalling, by hand, as far as a call needs it (livekit_rtc.proto of LiveKit's protocol, version
 * 15). It is fetched only where a call's ticket is for such a server; LiveKit's own client weighs sixty times as much.
 *
 * One connection sends (we offer), one receives (the server offers). The server says in `permission` what may be sent, and that can change
 * while one is there: a picture goes out once it is allowed, and is cut off there when it no longer is.
 */

/** Lets one page into a room, once and for a moment. */
export interface Ticket {
  url: string;
  token: string;
}

export interface RoomSettings {
  /** Told of each change of the connection, in the browser's words; 'failed' when another ticket is needed. */
  onstate: (state: RTCPeerConnectionState) => void;
  /** What comes from the others: her who has the call, the customer, who came in as a third; without whoever this is. */
  onstreams: (streams: readonly MediaStream[]) => void;
  peer: (settings: RTCConfiguration) => RTCPeerConnection;
  socket?: (url: string) => WebSocket;
}

type Kind = 'audio' | 'video';
type Bytes = Uint8Array<ArrayBuffer>;
/** The values of a message's fields, by their numbers. */
type Fields = Map<number, (number | Bytes)[]>;

const kinds: readonly Kind[] = ['audio', 'video'];
/** What a track comes from, by LiveKit's numbers: the camera and the microphone. */
const sources = { audio: 2, video: 1 };
const places: readonly string[] = ['member', 'customer', 'guest'];
const publisher = 0;
const subscriber = 1;
const gone = 3;
const pingMs = 5000;

/** Somebody in the room. */
interface Person {
  side: string;
  /** What she sends, of each kind; a picture of anything but a camera is none of a call's. */
  sends: Record<Kind, boolean>;
}

export class Room {
  readonly #settings: RoomSettings;
  readonly #socket: WebSocket;
  readonly #tracks: Record<Kind, MediaStreamTrack | null> = { audio: null, video: null };
  readonly #senders: Partial<Record<Kind, RTCRtpSender>> = {};
  /** The server's names of what is sent. */
  readonly #names: Partial<Record<Kind, string>> = {};
  readonly #people = new Map<string, Person>();
  /** What arrives, with whose it is. */
  readonly #arrived = new Map<MediaStreamTrack, string>();
  readonly #early: Record<number, RTCIceCandidateInit[]> = { [publisher]: [], [subscriber]: [] };
  #peers: RTCPeerConnection[] = [];
  #servers: RTCIceServer[] = [];
  #me = '';
  #side = '';
  #may: readonly number[] = [];
  #streams: readonly MediaStream[] = [];
  #ping: ReturnType<typeof setInterval> | undefined;
  #offering = false;
  #owed = false;
  #over = false;
  /** What the server says is done in its order. */
  #turn: Promise<void> = Promise.resolve();

  constructor({ url, token }: Ticket, settings: RoomSettings) {
    this.#settings = settings;
    const query = new URLSearchParams({ access_token: token, auto_subscribe: '1', protocol: '15', sdk: 'js' });
    const open = settings.socket ?? ((at) => new WebSocket(at));
    this.#socket = open(`${url}/rtc?${query}`);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.#turn = this.#turn.then(() => this.#hear(read(new Uint8Array(data)))).catch(() => this.#fail());
    };
    this.#socket.onclose = () => this.#fail();
  }

  get peers(): readonly RTCPeerConnection[] {
    return this.#peers;
  }

  /** Lends it a microphone or a camera, at any time; null takes it away. */
  lend(kind: Kind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    const sender = this.#senders[kind];
    if (!sender) this.#publish();
    else {
      void sender.replaceTrack(track).catch(() => undefined);
      this.#mute(kind);
    }
  }

  close(): void {
    this.#say(8);
    this.#over = true;
    clearInterval(this.#ping);
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
    for (const peer of this.#peers) {
      peer.ontrack = peer.onconnectionstatechange = peer.onicecandidate = null;
      peer.close();
    }
    this.#peers = [];
  }

  #fail(): void {
    if (!this.#over) this.#settings.onstate('failed');
  }

  async #hear(said: Fields): Promise<void> {
    if (this.#over) return;
    for (const [what, [one]] of said) {
      if (!(one instanceof Uint8Array)) continue;
      const body = what === 16 ? new Map() : read(one);
      if (what === 1) this.#joined(body);
      else if (what === 2) await this.#answered(body);
      else if (what === 3) await this.#offered(body);
      else if (what === 4) await this.#candidate(body);
      else if (what === 5) this.#meet(inner(body, 1));
      else if (what === 6) this.#named(body);
      else if (what === 8) this.#fail();
    }
  }

  #joined(join: Fields): void {
    // Its servers that only tell an address (STUN) may be a third party's, and a server with a public address needs none.
    this.#servers = inner(join, 5)
      .map((one) => ({
        urls: (one.get(1) ?? []).map(decode).filter((url) => url.startsWith('turn')),
        username: str(one, 2),
        credential: str(one, 3),
      }))
      .filter(({ urls }) => urls.length > 0);
    this.#peers = [this.#open(publisher), this.#open(subscriber)];
    this.#ping = setInterval(() => this.#say(16, whole(1, Date.now())), pingMs);
    const [me] = inner(join, 2);
    if (me) {
      this.#me = str(me, 1);
      [this.#side = ''] = str(me, 2).split('.');
    }
    this.#meet([...inner(join, 2), ...inner(join, 3)]);
  }

  #open(target: number): RTCPeerConnection {
    const peer = this.#settings.peer({ bundlePolicy: 'max-bundle', iceServers: this.#servers });
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) this.#say(3, text(1, JSON.stringify(candidate)), whole(2, target));
    };
    // What the server sends to us is the connection that counts: it is there from the start, whoever speaks.
    peer.onconnectionstatechange = () => {
      if (target === subscriber) this.#settings.onstate(peer.connectionState);
      else if (peer.connectionState === 'failed') this.#fail();
    };
    peer.ontrack = ({ track, streams }) => {
      this.#arrived.set(track, streams[0]?.id.split('|')[0] ?? '');
      this.#arrange();
    };
    return peer;
  }

  /** Takes what is said of people in the room, and of what this one may send. */
  #meet(people: readonly Fields[]): void {
    for (const one of people) {
      const id = str(one, 1);
      if (id === this.#me) {
        const [permission] = inner(one, 11);
        if (permission) this.#may = numbers(permission.get(9)?.[0]);
      } else if (num(one, 3) === gone) this.#people.delete(id);
      else {
        const sends = { audio: false, video: false };
        for (const track of inner(one, 4)) {
          const kind = kinds[num(track, 2)];
          if (kind && num(track, 9) === sources[kind]) sends[kind] = true;
        }
        this.#people.set(id, { side: str(one, 2).split('.')[0] ?? '', sends });
      }
    }
    this.#arrange();
    this.#publish();
  }

  /** Puts each track into the stream of whom it comes from. */
  #arrange(): void {
    const sides = places.filter((side) => side !== this.#side);
    if (this.#streams.length === 0) this.#streams = sides.map(() => new MediaStream());
    for (const [place, stream] of this.#streams.entries()) {
      const theirs = [...this.#arrived].filter(([track, id]) => {
        const person = this.#people.get(id);
        return person?.side === sides[place] && person?.sends[track.kind as Kind];
      });
      const now = theirs.map(([track]) => track);
      for (const track of stream.getTracks()) if (!now.includes(track)) stream.removeTrack(track);
      for (const track of now) stream.addTrack(track);
    }
    this.#settings.onstreams(this.#streams);
  }

  /** Sends what there is and may be sent, and no longer what may not. */
  #publish(): void {
    const [peer] = this.#peers;
    if (!peer) return;
    let changed = false;
    for (const kind of kinds) {
      const [track, sender, may] = [this.#tracks[kind], this.#senders[kind], this.#may.includes(sources[kind])];
      if (sender && !may) {
        peer.removeTrack(sender);
        delete this.#senders[kind];
        delete this.#names[kind];
        changed = true;
      } else if (track && !sender && may) {
        this.#announce(kind, track);
        const transceiver = peer.addTransceiver(track, { direction: 'sendonly' });
        this.#senders[kind] = transceiver.sender;
        if (kind === 'video') preferPlain(transceiver);
        changed = true;
      }
    }
    if (changed) void this.#offer(peer);
  }

  #announce(kind: Kind, track: MediaStreamTrack): void {
    const request = [text(1, track.id), whole(3, kinds.indexOf(kind)), whole(8, sources[kind])];
    if (kind === 'video') {
      const { width = 1280, height = 720 } = track.getSettings();
      request.push(whole(4, width), whole(5, height), part(9, whole(1, 2), whole(2, width), whole(3, height)));
    }
    this.#say(4, ...request);
  }

  async #offer(peer: RTCPeerConnection): Promise<void> {
    this.#owed = this.#offering;
    if (this.#offering) return;
    this.#offering = true;
    try {
      const { type, sdp = '' } = await peer.createOffer();
      await peer.setLocalDescription({ type, sdp });
      this.#say(1, text(1, type), text(2, sdp));
    } catch {
      this.#fail();
    }
  }

  async #answered(answer: Fields): Promise<void> {
    const [peer] = this.#peers;
    await peer?.setRemoteDescription({ type: 'answer', sdp: str(answer, 2) });
    await this.#admit(publisher);
    this.#offering = false;
    if (peer && this.#owed) await this.#offer(peer);
  }

  async #offered(offer: Fields): Promise<void> {
    const [, peer] = this.#peers;
    if (!peer) return;
    await peer.setRemoteDescription({ type: 'offer', sdp: str(offer, 2) });
    await this.#admit(subscriber);
    const { type, sdp = '' } = await peer.createAnswer();
    await peer.setLocalDescription({ type, sdp });
    this.#say(2, text(1, type), text(2, sdp), whole(3, num(offer, 3)));
  }

  async #candidate(trickle: Fields): Promise<void> {
    const target = num(trickle, 2);
    this.#early[target]?.push(JSON.parse(str(trickle, 1)) as RTCIceCandidateInit);
    if (this.#peers[target]?.remoteDescription) await this.#admit(target);
  }
  /** Takes the candidates that came before what they belong to. */
  async #admit(target: number): Promise<void> {
    for (const one of this.#early[target]?.splice(0) ?? [])
      await this.#peers[target]?.addIceCandidate(one).catch(() => undefined);
  }

  #named(published: Fields): void {
    const [track] = inner(published, 2);
    const kind = kinds.find((kind) => this.#tracks[kind]?.id === str(published, 1));
    if (!track || !kind) return;
    this.#names[kind] = str(track, 1);
    this.#mute(kind);
  }

  #mute(kind: Kind): void {
    const name = this.#names[kind];
    if (name) this.#say(5, text(1, name), whole(2, this.#tracks[kind] ? 0 : 1));
  }

  #say(what: number, ...parts: number[][]): void {
    if (this.#socket.readyState === 1) this.#socket.send(Uint8Array.from(part(what, ...parts)));
  }
}

/** One codec that every browser knows, so that nobody is sent what she cannot see. */
function preferPlain(transceiver: RTCRtpTransceiver): void {
  const { codecs } = RTCRtpSender.getCapabilities?.('video') ?? { codecs: [] };
  const plain = codecs.filter(({ mimeType }) => /\/(vp8|rtx|red|ulpfec)$/i.test(mimeType));
  if (plain.length > 0) transceiver.setCodecPreferences?.(plain);
}

// Protocol Buffers, as far as these messages need them (https://protobuf.dev/programming-guides/encoding/) ----------------------

function varint(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128); // 53 bits: times are longer than 32
  return [...out, value];
}
const whole = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const counted = (field: number, bytes: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const part = (field: number, ...parts: number[][]): number[] => counted(field, parts.flat());
const text = (field: number, value: string): number[] => counted(field, [...new TextEncoder().encode(value)]);

/** Reads a number at a place, and where the next thing is. */
function number(bytes: Bytes, at: number): [number, number] {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

export function read(bytes: Bytes): Fields {
  const fields: Fields = new Map();
  for (let at = 0; at < bytes.length;) {
    const [key, begin] = number(bytes, at);
    let value: number | Bytes = 0;
    const wire = key % 8;
    if (wire === 1 || wire === 5) at = begin + (wire === 1 ? 8 : 4);
    else {
      [value, at] = number(bytes, begin);
      if (wire === 2) {
        const end = at + value;
        value = bytes.subarray(at, end);
        at = end;
      }
    }
    const field = Math.floor(key / 8);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}
const decode = (value: number | Bytes | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
const str = (fields: Fields, field: number): string => decode(fields.get(field)?.at(-1));
const num = (fields: Fields, field: number): number => Number(fields.get(field)?.at(-1) ?? 0);
const inner = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).flatMap((one) => (one instanceof Uint8Array ? [read(one)] : []));
/** Small numbers that are packed into one field. */
const numbers = (value: number | Bytes | undefined): readonly number[] =>
  value instanceof Uint8Array ? [...value] : value === undefined ? [] : [value];

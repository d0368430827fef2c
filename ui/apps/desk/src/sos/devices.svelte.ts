import { isBackground, pictures, type Background } from './background/choices.ts';
import { Dressing, type Backing, type Draw } from './background/dressing.ts';

/** What she has chosen in this browser, and whether she has looked at it once. */
interface Kept {
  camera: string;
  microphone: string;
  checked: boolean;
  background: Background;
}
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}
export type Media = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'>;

const shelfKey = 'visavis.devices';
const ownKey = 'visavis.background';

/**
 * Her camera and microphone: open while somebody rings for her or speaks with her, and while she checks them. Nothing leaves this
 * machine before she answers. Where she has chosen a background, her room is in no stream that this gives: while the background
 * cannot be drawn there is no picture.
 */
export class Devices {
  readonly #media: Media | undefined;
  readonly #shelf: Shelf | undefined;
  readonly #draw: Draw;
  #kept = $state.raw<Kept>({ camera: '', microphone: '', checked: false, background: 'none' });
  /** As the browser lends them. */
  #raw: MediaStream | undefined;
  /** As others may see and hear her. */
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #dressing: Dressing | undefined;
  #backdrop = $state<Backing>('shown');
  #own = $state<string | undefined>(undefined);
  #cameras = $state.raw<readonly MediaDeviceInfo[]>([]);
  #microphones = $state.raw<readonly MediaDeviceInfo[]>([]);
  /** Why there is no picture, or no sound. */
  #trouble = $state<'refused' | 'missing' | undefined>(undefined);
  #opening: Promise<MediaStream | undefined> | undefined;

  /** Told when, under way, her picture or her voice comes by another track than before. */
  onchange: () => void = () => undefined;

  constructor(media = browserMedia(), shelf = browserShelf(), draw: Draw = drawHere) {
    this.#media = media;
    this.#shelf = shelf;
    this.#draw = draw;
    const { kept, own } = read(shelf);
    this.#kept = { ...this.#kept, ...kept };
    this.#own = own;
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }
  get cameras(): readonly MediaDeviceInfo[] {
    return this.#cameras;
  }
  get microphones(): readonly MediaDeviceInfo[] {
    return this.#microphones;
  }
  get trouble(): 'refused' | 'missing' | undefined {
    return this.#trouble;
  }
  get checked(): boolean {
    return this.#kept.checked;
  }
  get camera(): string {
    return this.#camera?.getSettings().deviceId ?? this.#kept.camera;
  }
  get microphone(): string {
    return this.#track('audio')?.getSettings().deviceId ?? this.#kept.microphone;
  }
  get picture(): MediaStreamTrack | undefined {
    return this.#track('video');
  }
  get sound(): MediaStreamTrack | undefined {
    return this.#track('audio');
  }
  /** There is a camera, whether or not her picture is shown. */
  get filmed(): boolean {
    return this.#stream !== undefined && this.#camera !== undefined;
  }
  get background(): Background {
    return this.#kept.background;
  }
  /** Her own picture, as an address. */
  get own(): string | undefined {
    return this.#own;
  }
  get backdrop(): Backing {
    return this.#backdrop;
  }

  /** Opens what she has chosen; without a camera, or where only her voice is wanted, the microphone alone. */
  open(voice = false): Promise<MediaStream | undefined> {
    if (this.#stream) return Promise.resolve(this.#stream);
    this.#opening ??= this.#begin(voice).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    this.#dressing?.close();
    this.#dressing = undefined;
    for (const track of this.#raw?.getTracks() ?? []) track.stop();
    this.#raw = this.#stream = undefined;
  }

  /** Takes another camera or microphone, and shows it at once. */
  async choose(choice: Partial<Pick<Kept, 'camera' | 'microphone'>>): Promise<void> {
    this.#keep(choice);
    this.close();
    await this.open();
    this.onchange();
  }

  /** Takes another background, and shows it at once. */
  async wear(background: Background): Promise<void> {
    this.#keep({ background });
    await this.#dress();
  }
  /** Takes a picture of her own, which stays in this browser. */
  async wearOwn(address: string): Promise<void> {
    this.#own = address;
    this.#store(ownKey, address);
    await this.wear('own');
  }

  /** She has seen and heard herself here. */
  settle(): void {
    this.#keep({ camera: this.camera, microphone: this.microphone, checked: true });
  }

  async #begin(voice: boolean): Promise<MediaStream | undefined> {
    this.#trouble = undefined;
    const audio = {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...named(this.#kept.microphone),
    };
    const video = {
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 24 },
      ...named(this.#kept.camera),
    };
    this.#raw = (voice ? undefined : await this.#ask({ audio, video })) ?? (await this.#ask({ audio }));
    await this.#dress();
    await this.#list();
    return this.#stream;
  }

  /** Puts her background on. Her room is out of sight from the first moment on. */
  async #dress(): Promise<void> {
    this.#dressing?.close();
    this.#dressing = undefined;
    const camera = this.#camera;
    if (!camera) return this.#show(undefined);
    const { background } = this;
    const dressing = new Dressing(camera, {
      wish: background,
      picture: background === 'own' ? this.#own : pictures[background],
      draw: this.#draw,
      say: (state) => (this.#backdrop = state),
      show: (track) => this.#show(track),
    });
    this.#dressing = dressing;
    await dressing.begin();
  }

  #show(picture: MediaStreamTrack | undefined): void {
    const raw = this.#raw;
    const voices = raw?.getTracks().filter(({ kind }) => kind === 'audio') ?? [];
    this.#stream = picture === this.#camera ? raw : new MediaStream(picture ? [...voices, picture] : voices);
    if (!this.#opening) this.onchange();
  }

  async #ask(wish: MediaStreamConstraints): Promise<MediaStream | undefined> {
    try {
      if (!this.#media) throw new Error('this browser lends no devices here');
      return await this.#media.getUserMedia(wish);
    } catch (error) {
      this.#trouble ??= error instanceof Error && error.name === 'NotAllowedError' ? 'refused' : 'missing';
      return undefined;
    }
  }

  async #list(): Promise<void> {
    const all = (await this.#media?.enumerateDevices().catch(() => [])) ?? [];
    this.#cameras = all.filter(({ kind }) => kind === 'videoinput');
    this.#microphones = all.filter(({ kind }) => kind === 'audioinput');
  }

  #track(kind: 'audio' | 'video', from = this.#stream): MediaStreamTrack | undefined {
    return from?.getTracks().find((track) => track.kind === kind);
  }
  get #camera(): MediaStreamTrack | undefined {
    return this.#track('video', this.#raw);
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    this.#store(shelfKey, JSON.stringify(this.#kept));
  }

  #store(key: string, value: string): void {
    try {
      this.#shelf?.setItem(key, value);
    } catch {
      // Storage is refused, or full: the choice lasts until the page goes.
    }
  }
}

/** A device that is gone since does not stand in the way: another one is taken. */
const named = (deviceId: string) => (deviceId ? { deviceId: { ideal: deviceId } } : {});

function browserMedia(): Media | undefined {
  // Absent on a page that came over an open line.
  return typeof navigator === 'undefined' ? undefined : (navigator.mediaDevices as Media | undefined);
}
function browserShelf(): Shelf | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
function read(shelf: Shelf | undefined): { kept: Partial<Kept>; own: string | undefined } {
  try {
    const kept: unknown = JSON.parse(shelf?.getItem(shelfKey) ?? '{}');
    const known = typeof kept === 'object' && kept !== null ? (kept as Partial<Kept>) : {};
    // What this version does not know any more hides her room all the same.
    if (known.background && !isBackground(known.background)) known.background = 'blur';
    return { kept: known, own: shelf?.getItem(ownKey) ?? undefined };
  } catch {
    return { kept: {}, own: undefined };
  }
}
/** The part that draws comes when it is needed. */
const drawHere: Draw = async (...wish) => new (await import('./background/backdrop.ts')).Backdrop(...wish);

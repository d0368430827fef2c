/** Which camera and microphone she has chosen in this browser, and whether she has looked at them once. */
interface Kept {
  camera: string;
  microphone: string;
  checked: boolean;
}
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}
export type Media = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'>;

const shelfKey = 'visavis.devices';

/**
 * Her camera and microphone: open while somebody rings for her or speaks with her, and while she checks them. Nothing leaves this
 * machine before she answers.
 */
export class Devices {
  readonly #media: Media | undefined;
  readonly #shelf: Shelf | undefined;
  #kept = $state.raw<Kept>({ camera: '', microphone: '', checked: false });
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #cameras = $state.raw<readonly MediaDeviceInfo[]>([]);
  #microphones = $state.raw<readonly MediaDeviceInfo[]>([]);
  /** Why there is no picture, or no sound. */
  #trouble = $state<'refused' | 'missing' | undefined>(undefined);
  #opening: Promise<MediaStream | undefined> | undefined;

  constructor(media = browserMedia(), shelf = browserShelf()) {
    this.#media = media;
    this.#shelf = shelf;
    this.#kept = { ...this.#kept, ...read(shelf) };
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
    return this.#track('video')?.getSettings().deviceId ?? this.#kept.camera;
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

  /** Opens what she has chosen; without a camera, or where only her voice is wanted, the microphone alone. */
  open(voice = false): Promise<MediaStream | undefined> {
    if (this.#stream) return Promise.resolve(this.#stream);
    this.#opening ??= this.#begin(voice).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }

  /** Takes another camera or microphone, and shows it at once. */
  async choose(choice: Partial<Pick<Kept, 'camera' | 'microphone'>>): Promise<void> {
    this.#keep(choice);
    this.close();
    await this.open();
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
    this.#stream = (voice ? undefined : await this.#ask({ audio, video })) ?? (await this.#ask({ audio }));
    await this.#list();
    return this.#stream;
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

  #track(kind: 'audio' | 'video'): MediaStreamTrack | undefined {
    return this.#stream?.getTracks().find((track) => track.kind === kind);
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      this.#shelf?.setItem(shelfKey, JSON.stringify(this.#kept));
    } catch {
      // Storage is refused: the choice lasts until the page goes.
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
function read(shelf: Shelf | undefined): Partial<Kept> {
  try {
    const kept: unknown = JSON.parse(shelf?.getItem(shelfKey) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Partial<Kept>) : {};
  } catch {
    return {};
  }
}

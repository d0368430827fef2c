/** What a camera needs of a browser, so that tests can bring their own. */
export type Cameras = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'>;

/** asking: the browser asks her; ready; no: refused by her or the browser; none: no camera opens. */
export type Sight = 'asking' | 'ready' | 'no' | 'none';

const size = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 24 } };

/**
 * Her own camera as she sees it, before anybody else does and beside that. Nothing here sends it. The other one of a phone is the one
 * that looks the other way; elsewhere each camera in turn.
 */
export class Eye {
  readonly #cameras: Cameras;
  readonly #touch: boolean;
  #sight = $state<Sight>('asking');
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #others = $state(false);
  #facing: 'user' | 'environment' = $state('user');
  #closed = false;

  constructor(cameras: Cameras = navigator.mediaDevices, touch = matchMedia('(pointer: coarse)').matches) {
    this.#cameras = cameras;
    this.#touch = touch;
  }

  get sight(): Sight {
    return this.#sight;
  }
  get stream(): MediaStream | undefined {
    return this.#stream;
  }
  get track(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }
  /** There is another camera to choose. */
  get others(): boolean {
    return this.#others;
  }
  /** She knows herself as in a mirror; what the other camera sees is the right way round. */
  get mirrored(): boolean {
    return this.#facing === 'user';
  }

  async open(which: MediaTrackConstraints = { facingMode: this.#facing }): Promise<boolean> {
    this.#sight = 'asking';
    try {
      const stream = await this.#cameras.getUserMedia({ video: { ...size, ...which } });
      if (this.#closed) {
        for (const track of stream.getTracks()) track.stop();
        return false;
      }
      this.#stream = stream;
      this.#sight = 'ready';
      const all = await this.#cameras.enumerateDevices().catch(() => []);
      this.#others = all.filter(({ kind }) => kind === 'videoinput').length > 1;
      return true;
    } catch (error) {
      this.#stream = undefined;
      this.#sight = error instanceof Error && error.name === 'NotAllowedError' ? 'no' : 'none';
      return false;
    }
  }

  /** The other camera. Phones open one at a time: the first is closed before, and opened again when the other does not come. */
  async turn(): Promise<boolean> {
    const before = this.#facing;
    const id = this.track?.getSettings().deviceId;
    const all = (await this.#cameras.enumerateDevices().catch(() => [])).filter(({ kind }) => kind === 'videoinput');
    const next = all[(all.findIndex(({ deviceId }) => deviceId === id) + 1) % Math.max(1, all.length)];
    this.#rest();
    if (this.#touch) this.#facing = before === 'user' ? 'environment' : 'user';
    const which = this.#touch ? { facingMode: this.#facing } : { deviceId: { exact: next?.deviceId ?? '' } };
    if (await this.open(which)) return true;
    this.#facing = before;
    return this.open();
  }

  close(): void {
    this.#closed = true;
    this.#rest();
  }

  #rest(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }
}

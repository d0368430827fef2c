import { cover, type FromCutter, type ToCutter } from './cutter.ts';
import address from './cutter.worker.ts?worker&url';

/** The model comes over the line once, and a line may be slow; a picture does not. */
const comesWithinMs = 60_000;
const nextWithinMs = 10_000;
/** So long the last thing that customers see is sent: the card, not a face that stands still. */
const partingMs = 1000;

interface Policy {
  createScriptURL(address: string): string;
}
interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
}
/** The page may start this one script, and no other: see the desk's content policy. */
const policy = (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('visavis-worker', {
  createScriptURL: () => address,
});

/**
 * Her camera with a background behind her, as a track of its own. What is not drawn is not shown: until the first picture is there
 * the track shows a card or the background alone, and when no more come it shows the card, says so and ends.
 */
export class Backdrop {
  readonly track: MediaStreamTrack;
  readonly #worker: Worker;
  readonly #camera = document.createElement('video');
  readonly #canvas = document.createElement('canvas');
  readonly #onfail: () => void;
  readonly #ondrawn: () => void;
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  /** `picture` is the address of what stands behind her; without one her room is blurred. */
  constructor(
    camera: MediaStreamTrack,
    picture: string | undefined,
    { onfail, ondrawn }: { onfail: () => void; ondrawn: () => void },
  ) {
    this.#onfail = onfail;
    this.#ondrawn = ondrawn;
    const { width = 640, height = 480 } = camera.getSettings();
    Object.assign(this.#canvas, { width, height });
    this.#card();
    const [track] = this.#canvas.captureStream().getVideoTracks();
    if (!track) throw new Error('this browser captures no canvas');
    this.track = track;
    this.#worker = new Worker(policy?.createScriptURL(address) ?? address);
    this.#worker.onerror = () => this.#fail();
    this.#worker.onmessage = ({ data }: MessageEvent<FromCutter>) => this.#hear(data);
    this.#watch(comesWithinMs);
    Object.assign(this.#camera, { muted: true, playsInline: true, srcObject: new MediaStream([camera]) });
    void this.#camera.play().catch(() => undefined); // no picture comes then, and the watchdog tells
    void this.#behind(picture).catch(() => this.#fail());
  }

  close(): void {
    clearTimeout(this.#watchdog);
    this.#worker.terminate();
    this.track.stop();
    this.#camera.srcObject = null;
  }

  #hear(message: FromCutter): void {
    if ('failed' in message) this.#fail();
    else if ('wants' in message) void this.#give();
    else this.#show(message.picture);
  }

  async #give(): Promise<void> {
    const frame =
      this.#camera.videoWidth > 0 ? await createImageBitmap(this.#camera).catch(() => undefined) : undefined;
    this.#send({ frame }, frame);
  }

  #show(picture: ImageBitmap): void {
    this.#watch(nextWithinMs);
    const { width, height } = picture;
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#pen.drawImage(picture, 0, 0);
    picture.close();
    this.#ondrawn();
  }

  async #behind(address: string | undefined): Promise<void> {
    const behind = address ? await this.#drawn(address) : undefined;
    this.#send({ behind }, behind);
  }
  /** The picture as large as hers, which is also shown until she is cut out. */
  async #drawn(address: string): Promise<ImageBitmap> {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    this.#pen.drawImage(picture, ...cover(picture, this.#canvas));
    return createImageBitmap(this.#canvas);
  }

  #send(message: ToCutter, transfer: ImageBitmap | undefined): void {
    this.#worker.postMessage(message, transfer ? [transfer] : []);
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#fail(), ms);
  }

  #fail(): void {
    this.#worker.terminate();
    this.#card();
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.close();
      this.#onfail();
    }, partingMs);
  }

  /** Somebody who is not seen. */
  #card(): void {
    const { width, height } = this.#canvas;
    const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);
    const pen = this.#pen;
    pen.fillStyle = colour('--rail');
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colour('--rail-text');
    pen.beginPath();
    pen.arc(width / 2, height * 0.42, height * 0.14, 0, Math.PI * 2);
    pen.arc(width / 2, height * 0.94, height * 0.3, Math.PI, 0);
    pen.fill();
  }

  get #pen(): CanvasRenderingContext2D {
    const pen = this.#canvas.getContext('2d', { alpha: false });
    if (!pen) throw new Error('nothing can be drawn here');
    return pen;
  }
}

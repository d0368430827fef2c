import { wayFor, type Background } from './choices.ts';

/** How a background does; `failed`: it cannot be drawn here, and nobody sees her. */
export type Backing = 'shown' | 'preparing' | 'failed';

/** Draws a background behind who stands before a camera; `picture` is the address of one, without it the room is blurred. */
export type Draw = (
  camera: MediaStreamTrack,
  picture: string | undefined,
  told: { onfail: () => void; ondrawn: () => void },
) => Promise<{ track: MediaStreamTrack; close: () => void }>;

interface Settings {
  wish: Background;
  picture: string | undefined;
  draw: Draw;
  say: (state: Backing) => void;
  /** Shows her by this track; without one she is not seen. */
  show: (track: MediaStreamTrack | undefined) => void;
}

/**
 * One camera with one background, until it is closed. Where a background is wished for, the camera as it is never is shown: until the
 * background stands, and when it cannot stand, there is no picture.
 */
export class Dressing {
  readonly #camera: MediaStreamTrack;
  readonly #settings: Settings;
  #over = false;
  #undo: (() => void) | undefined;

  constructor(camera: MediaStreamTrack, settings: Settings) {
    this.#camera = camera;
    this.#settings = settings;
  }

  async begin(relied = true): Promise<void> {
    const { wish, say, show } = this.#settings;
    // Not every browser can be asked what a camera is able to do.
    const offered = (this.#camera.getCapabilities as MediaStreamTrack['getCapabilities'] | undefined)?.call(
      this.#camera,
    );
    const way = wayFor(wish, offered?.backgroundBlur, relied);
    say(way === 'plain' ? 'shown' : 'preparing');
    if (way !== 'plain') show(undefined);
    if (way === 'drawn') return this.#drawn();
    if (way === 'system') return this.#blurred();
    if (this.#isBlurred) await this.#blur(false);
    if (!this.#over) show(this.#camera);
  }

  close(): void {
    this.#over = true;
    this.#undo?.();
    this.#undo = undefined;
  }

  async #blurred(): Promise<void> {
    await this.#blur(true);
    if (this.#over) return;
    if (!this.#isBlurred) return this.begin(false);
    // She, or her system, may switch it off under way.
    const look = () => {
      if (this.#isBlurred) return;
      this.#undo?.();
      void this.begin(false);
    };
    this.#camera.addEventListener('configurationchange', look);
    this.#undo = () => this.#camera.removeEventListener('configurationchange', look);
    this.#settings.say('shown');
    this.#settings.show(this.#camera);
  }

  async #drawn(): Promise<void> {
    const { picture, draw, say, show } = this.#settings;
    const onfail = () => {
      if (this.#over) return;
      this.close();
      say('failed');
      show(undefined);
    };
    try {
      const drawn = await draw(this.#camera, picture, { onfail, ondrawn: () => !this.#over && say('shown') });
      if (this.#over) return drawn.close();
      this.#undo = drawn.close.bind(drawn);
      show(drawn.track);
    } catch {
      onfail();
    }
  }

  get #isBlurred(): boolean {
    return this.#camera.getSettings().backgroundBlur === true;
  }
  async #blur(on: boolean): Promise<void> {
    await this.#camera.applyConstraints({ backgroundBlur: on }).catch(() => undefined); // what came of it is looked at
  }
}

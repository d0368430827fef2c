import type { Answer, Api, Draw, PageEvent, ToViewer } from '@visavis/client';

export type Replayed = Answer<'post', `/assists/${string}/recording/replay`>;
/** One of the media that play: an element in sight or out of it. */
export type Reel = Pick<
  HTMLMediaElement,
  'currentTime' | 'paused' | 'playbackRate' | 'readyState' | 'duration' | 'error' | 'play' | 'pause'
>;
type Shown =
  | { type: 'page'; load: string; fresh?: boolean; events: PageEvent[] }
  | { type: 'away' }
  | { type: 'grants'; page: boolean }
  | Draw
  | { type: 'wipe' };
interface Moment {
  at: number;
  shown: Shown;
}

export const speeds: readonly number[] = [0.5, 1, 1.5, 2];
/** A voice that is further from the clock than that is brought back to it, s. */
const astray = 0.25;
const enough = 2; // HTMLMediaElement.HAVE_CURRENT_DATA

/**
 * A recorded call on one clock: the voices and the picture follow it, and the page is shown as it stood. A voice that is still
 * loading holds the clock, so that what is seen together was together.
 */
export class Film {
  readonly length: number;
  #time = $state(0);
  #playing = $state(false);
  #waiting = $state(false);
  #speed = $state(1);
  #pageSeen = $state(false);
  readonly #reels = new Map<string, Reel>();
  #moments: Moment[] = [];
  /** The last moment that the viewer was shown, -1 for none. */
  #shown = -1;
  #tell: ((word: ToViewer) => void) | undefined;
  #beat = 0;

  constructor(length: number) {
    this.length = length;
  }

  /** Seconds since the recording began. */
  get time(): number {
    return this.#time;
  }
  get playing(): boolean {
    return this.#playing;
  }
  /** Something is still on its way. */
  get waiting(): boolean {
    return this.#waiting;
  }
  get speed(): number {
    return this.#speed;
  }
  /** The customer's page is shown at this moment. */
  get pageSeen(): boolean {
    return this.#pageSeen;
  }

  /** Reads what was shown of the page, which goes on while it plays. */
  async read(api: Api, id: string, key: string): Promise<void> {
    for (let from = 0; ;) {
      const { items, next } = await api.get(`/assists/${id}/recording/pages`, { key, from });
      this.#moments = [...this.#moments, ...items.map(({ at, frame }) => ({ at, shown: frame as Shown }))];
      this.#show();
      if (!next) return;
      from = next;
    }
  }

  reel(name: string): (node: HTMLMediaElement) => () => void {
    return (node) => {
      this.#reels.set(name, node);
      this.#follow();
      return () => void this.#reels.delete(name);
    };
  }
  /** A viewer is ready to show the page; returns what takes it away. */
  attach(tell: (word: ToViewer) => void): () => void {
    this.#tell = tell;
    this.#shown = -1;
    this.#show();
    return () => (this.#tell = undefined);
  }

  toggle(): void {
    if (this.#playing) return this.pause();
    if (this.#time >= this.length) this.seek(0);
    this.#playing = true;
    this.#follow();
  }
  pause(): void {
    this.#playing = this.#waiting = false;
    this.#follow();
  }
  seek(to: number): void {
    this.#time = Math.min(this.length, Math.max(0, to));
    for (const reel of this.#reels.values()) if (this.#plays(reel)) reel.currentTime = this.#time;
    this.#show();
    this.#follow();
  }
  /** The next speed up (1) or down (-1). */
  pace(by: 1 | -1): void {
    this.setSpeed(speeds[speeds.indexOf(this.#speed) + by] ?? this.#speed);
  }
  setSpeed(speed: number): void {
    this.#speed = speed;
    this.#follow();
  }

  /** Called for every picture of the screen, ms. */
  beat(now: number): void {
    const passed = this.#beat ? (now - this.#beat) / 1000 : 0;
    this.#beat = now;
    if (!this.#playing) return;
    this.#waiting = [...this.#reels.values()].some((reel) => this.#plays(reel) && reel.readyState < enough);
    if (!this.#waiting) this.#time = Math.min(this.length, this.#time + passed * this.#speed);
    if (this.#time >= this.length) this.#playing = false;
    this.#show();
    this.#follow();
  }

  /** Whether a reel has something at this moment; one that has not said how long it is, has. A broken one stops nothing else. */
  #plays(reel: Reel): boolean {
    return !reel.error && !(reel.duration <= this.#time);
  }

  #follow(): void {
    for (const reel of this.#reels.values()) {
      const runs = this.#playing && !this.#waiting && this.#plays(reel);
      reel.playbackRate = this.#speed;
      if (reel.readyState > 0 && this.#plays(reel) && Math.abs(reel.currentTime - this.#time) > astray)
        reel.currentTime = this.#time;
      if (runs && reel.paused) void reel.play().catch((error: unknown) => this.#refused(reel, error));
      else if (!runs && !reel.paused) reel.pause();
    }
  }

  /** A browser that lets nothing play stops it; not what is broken, nor what was paused before it had begun. */
  #refused(reel: Reel, error: unknown): void {
    if (!reel.error && !(error instanceof DOMException && error.name === 'AbortError')) this.pause();
  }

  /** Shows the page as it stood: on from what is shown, or from the last whole page when the clock went back or far ahead. */
  #show(): void {
    const upTo = last(this.#moments, ({ at }) => at <= this.#time);
    if (!this.#tell || upTo === this.#shown) return;
    const whole = last(this.#moments.slice(0, upTo + 1), ({ shown }) => shown.type === 'page' && !!shown.fresh);
    const back = upTo < this.#shown;
    if (back && whole < 0) {
      this.#tell({ visavis: 'clear' });
      this.#pageSeen = false;
    }
    const from = back || whole > this.#shown ? Math.max(0, whole) : this.#shown + 1;
    for (const { shown } of this.#moments.slice(whole < 0 ? upTo + 1 : from, upTo + 1)) this.#pass(shown);
    this.#shown = upTo;
  }
  #pass(shown: Shown): void {
    switch (shown.type) {
      case 'page':
        this.#pageSeen = true;
        return this.#tell?.({
          visavis: 'events',
          load: shown.load,
          events: shown.events,
          ...(shown.fresh ? { fresh: true } : {}),
        });
      case 'grants':
        if (shown.page) return;
        this.#pageSeen = false;
        return this.#tell?.({ visavis: 'clear' });
      case 'away':
        return this.#tell?.({ visavis: 'away' });
      case 'draw':
        return this.#tell?.({ visavis: 'drawn', shape: shown.shape, points: shown.points });
      case 'wipe':
        return this.#tell?.({ visavis: 'wipe' });
    }
  }
}

function last<T>(all: readonly T[], is: (one: T) => boolean): number {
  for (let i = all.length - 1; i >= 0; i--) {
    const one = all[i];
    if (one !== undefined && is(one)) return i;
  }
  return -1;
}

import type { ToFrame, ToHost } from '@visavis/client/embed.ts';

type Saying = ToHost extends infer T ? (T extends { visavis: 1 } ? Omit<T, 'visavis'> : never) : never;

/** The few things of a window the bridge touches. */
export interface Frame {
  readonly parent: { postMessage(message: unknown, origin: string, transfer?: Transferable[]): void };
  readonly location: { readonly hash: string };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/**
 * The frame's side of the talk with the page that embeds it.
 *
 * The page says its origin in the frame's fragment, which no server sees. A page that lies about it gains nothing: the
 * browser delivers our words to that exact origin only, and words from any other origin or window are dropped here.
 * Which pages may embed the frame at all is the channel's list, enforced by the `frame-ancestors` of this page.
 */
export class Bridge {
  readonly #frame: Frame;
  readonly host: string | undefined;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.host = (frame.parent as unknown) === frame ? undefined : originOf(frame.location.hash.slice(1));
  }

  /** Listens, and asks the page to say hello. Without a page, as in a tab of its own, nothing happens. */
  start(hear: (word: ToFrame) => void): void {
    if (!this.host) return;
    this.#frame.addEventListener('message', (event) => {
      if (event.origin !== this.host || event.source !== (this.#frame.parent as unknown)) return;
      const word = event.data as ToFrame | null;
      if (word?.visavis === 1) hear(word);
    });
    this.say({ type: 'up' });
  }

  /** `port`: what the page is given along with the word. */
  say(word: Saying, port?: MessagePort): void {
    if (this.host) this.#frame.parent.postMessage({ visavis: 1, ...word }, this.host, ...(port ? [[port]] : []));
  }
}

function originOf(text: string): string | undefined {
  try {
    const { origin } = new URL(decodeURIComponent(text));
    return origin === 'null' ? undefined : origin;
  } catch {
    return undefined;
  }
}

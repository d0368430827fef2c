/**
 * The words that a host page's loader and the chat frame exchange by `postMessage`.
 *
 * Both sides name the other's exact origin when they speak and check origin and window when they listen, so a third
 * window can neither put words in nor read them. Types only: this file adds no byte to either script.
 */

/** What the loader tells the frame. */
export type ToFrame =
  /** `sos`: the page has something that calls a person, so it may happen at any moment. */
  | { visavis: 1; type: 'hello'; page: HostPage; locale?: string; identity?: string; sos: boolean }
  /** `room`: width and height of the page's window, CSS pixels. */
  | { visavis: 1; type: 'opened'; phone: boolean; key: boolean; room: [number, number] }
  | { visavis: 1; type: 'closed' }
  | { visavis: 1; type: 'identify'; jwt: string }
  | { visavis: 1; type: 'logout' }
  | { visavis: 1; type: 'page'; page: HostPage }
  /** She wants a person at once. */
  | { visavis: 1; type: 'sos' };

/** What the frame tells the loader. The first `look` means "ready": only then does the button appear. */
export type ToHost =
  | { visavis: 1; type: 'up' }
  | { visavis: 1; type: 'look'; colour: string; ink: string; open: string; close: string; title: string; sos: string }
  | { visavis: 1; type: 'unread'; count: number; label: string }
  | { visavis: 1; type: 'close' }
  /** During an assist the button is away, and the frame has its own size and place on the page; none is those of the chat. */
  | { visavis: 1; type: 'shape'; call: boolean; css: string }
  /** She lets her agent see the page: the recorder is fetched, and given the port that comes along. */
  | { visavis: 1; type: 'cobrowse' };

/** The page the customer has in front of her: address without query or fragment, which may hold secrets of the site. */
export interface HostPage {
  url: string;
  title: string;
}

/**
 * Seeing a page together: what travels between the customer's page, her chat's frame, the server, the desk and the viewer.
 * A place on the page is a node of the recording and a fraction of its box, never pixels: two windows are never alike.
 */

/** One event of the recording, as rrweb writes it. Only recorder and viewer look inside. */
export interface PageEvent {
  type: number;
  timestamp: number;
  data: unknown;
}

export interface Spot {
  node: number;
  /** From the left edge of the node's box, 0 … 1. */
  x: number;
  /** From its upper edge, 0 … 1. */
  y: number;
}

export type Shape = 'arrow' | 'circle' | 'free';
export type ActKind = 'click' | 'type' | 'scroll' | 'key';
/** Why an act was not done: the field is on the deny list; the node has gone; she took her page back; nothing is granted here. */
export type Undone = 'denied' | 'gone' | 'stopped' | 'grant';

export interface Act {
  type: 'act';
  id: string;
  kind: ActKind;
  node: number;
  x?: number;
  y?: number;
  text?: string;
  key?: string;
  dx?: number;
  dy?: number;
}
export interface Did {
  type: 'did';
  id: string;
  done: boolean;
  why?: Undone;
}
export interface Draw {
  type: 'draw';
  id: string;
  shape: Shape;
  points: readonly Spot[];
}
export type Point = ({ type: 'point' } & Spot) | { type: 'point'; off: true };
export interface Wipe {
  type: 'wipe';
}
export interface Lag {
  type: 'lag';
}
/** What a member's frame says on the customer's page. */
export type Deed = Point | Draw | Wipe | Act;
export interface Grants {
  page: boolean;
  control: boolean;
  /** The only origin on which control is in force. */
  controlOrigin?: string;
}
/** Selectors of what an administrator hides of the site's pages, and of fields that may be seen. */
export interface Mask {
  hide: readonly string[];
  show: readonly string[];
}
interface From {
  from: { id: string; firstName: string };
}

/** What the customer's side of the line hears. */
export type ToCustomer =
  | ({ type: 'welcome'; role: 'customer'; mask?: Mask } & Grants)
  | ({ type: 'grants' } & Grants)
  | (Deed & From)
  | Lag
  | Refused;
/** What a member's side hears. */
export type ToMember =
  | ({ type: 'welcome'; role: 'member' | 'watcher' } & Grants)
  | ({ type: 'grants' } & Grants)
  | { type: 'page'; n: number; load: string; fresh?: boolean; events: PageEvent[] }
  | { type: 'here'; load: string }
  | { type: 'away' }
  | Did
  | Refused;
export interface Refused {
  type: 'refused';
  id?: string;
  code: 'no_page' | 'no_control' | 'too_many' | 'too_large' | 'malformed' | 'origin';
  detail: string;
}

/** What the chat's frame tells the recorder, by the port that both hold. */
export type ToRecorder =
  /** Comes first: nothing is recorded before it is known what stays hers. */
  | { type: 'begin'; mask: Mask }
  | (Deed & From)
  | Lag
  | { type: 'grants'; control: boolean; controlOrigin?: string }
  /** Tints what the agent does not see. */
  | { type: 'tint'; on: boolean; label: string }
  | { type: 'end' };
/** What the recorder tells the chat's frame. */
export type FromRecorder =
  | { type: 'page'; fresh: boolean; events: PageEvent[] }
  | Did
  /** She pressed Escape. */
  | { type: 'escape' };

/** Why something of a page is not seen: by a rule, by the page's own mark, because it is never, or because somebody enters it. */
export type Why = 'rule' | 'page' | 'never' | 'entry';
/** One place of a page that was tried out. */
export interface Tried {
  /** As one would name it in a selector. */
  what: string;
  /** Absent where it is seen, because a rule or the page says so. */
  why?: Why;
  /** The selector that says so. */
  by?: string;
}
/** What the desk and the page on which rules are tried out tell one another. */
export interface ToTester {
  visavis: 'try';
  html: string;
  mask: Mask;
  /** As the customer sees it, or as it leaves her page. */
  side: 'hers' | 'left';
}
export type FromTester = { visavis: 'ready' } | { visavis: 'tried'; tried: readonly Tried[]; wrong: readonly string[] };

/** What the desk and the viewer, which lives on an origin of its own, tell one another. */
export type Tool = 'look' | 'point' | 'control' | Shape;
export type ToViewer =
  | { visavis: 'events'; load: string; fresh?: boolean; events: PageEvent[] }
  | { visavis: 'tool'; tool: Tool }
  | { visavis: 'theme'; dark: boolean; lang: string }
  | { visavis: 'away' }
  | { visavis: 'wipe' }
  /** Of a recording: nothing is shown any more; a stroke that was drawn then. */
  | { visavis: 'clear' }
  | { visavis: 'drawn'; shape: Shape; points: readonly Spot[] };
type Said<T> = T extends { type: infer K } ? Omit<T, 'type'> & { visavis: K } : never;
export type FromViewer =
  | { visavis: 'ready' }
  | Said<Point | Draw | Act | Lag>
  /** A key that is not meant for the customer's page. */
  | { visavis: 'key'; key: string };

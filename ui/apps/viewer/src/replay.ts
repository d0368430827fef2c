import type { PageEvent, Spot } from '@visavis/client/cobrowse.ts';
import { Replayer } from '@rrweb/replay';

/** What moves and is drawn over time; everything else is drawn as it arrives. */
const moving = new Set([1, 2, 6, 12]);
/** What she does not show is hatched here, empty or full. */
const hatch = 'repeating-linear-gradient(135deg, #dff0f4 0 6px, #eef7f9 6px 12px)';
const seen = ':not([data-visavis-show], [data-visavis-show] *)';
const plain = ':not([type=submit], [type=button], [type=reset], [type=image], [type=checkbox], [type=radio])';
const styles = [
  `input${plain}${seen}, textarea${seen}, select${seen} { background: ${hatch} !important; color: #046679 !important; outline: 1px dashed #046679 !important }`,
  `[data-visavis-hide], .rr-block { background: ${hatch} !important; outline: 1px dashed #046679 !important }`,
];

/**
 * The customer's page as it stands. An event is stamped as older than the moment from which one looks, so that the replayer
 * draws it at once and into the page itself; only the pointer keeps its own time. A whole page takes the place of the one
 * before, and of everything that was kept of it. Canvases are never replayed: that would run what the page says.
 */
export class Replay {
  readonly #stage: HTMLElement;
  #player: Replayer | undefined;
  #baseline = 0;
  #size: readonly [number, number] = [0, 0];

  constructor(stage: HTMLElement) {
    this.#stage = stage;
    new ResizeObserver(() => this.#fit()).observe(stage);
  }

  /** Width and height of the customer's window; zeros before anything is shown. */
  get size(): readonly [number, number] {
    return this.#size;
  }
  get document(): Document | null {
    return this.#player?.iframe.contentDocument ?? null;
  }

  show(events: readonly PageEvent[], fresh: boolean): void {
    const whole = events.findIndex(({ type }) => type === 2);
    if (fresh && whole > 0) {
      this.#begin(events.slice(0, whole + 1));
      for (const event of events.slice(whole + 1)) this.#add(event);
    } else if (this.#player) for (const event of events) this.#add(event);
  }

  clear(): void {
    this.#player?.destroy();
    this.#player = undefined;
    this.#stage.replaceChildren();
    this.#size = [0, 0];
  }

  /** The place under a point of this window; undefined beside the page. */
  spot(x: number, y: number): Spot | undefined {
    const { document } = this;
    const box = this.#player?.iframe.getBoundingClientRect();
    if (!document || !box?.width) return undefined;
    const scale = box.width / this.#size[0];
    const at = [(x - box.left) / scale, (y - box.top) / scale] as const;
    const element = document.elementFromPoint(...at);
    const node = element ? (this.#player?.getMirror().getId(element) ?? -1) : -1;
    if (!element || node < 1) return undefined;
    const { left, top, width, height } = element.getBoundingClientRect();
    const part = (value: number, whole: number) => (whole ? Math.min(1, Math.max(0, value / whole)) : 0.5);
    return { node, x: part(at[0] - left, width), y: part(at[1] - top, height) };
  }

  /** Where a place is in this window. */
  place({ node, x, y }: Spot): readonly [number, number] | undefined {
    const found = this.#player?.getMirror().getNode(node);
    const frame = this.#player?.iframe.getBoundingClientRect();
    if (!frame || found?.nodeType !== 1) return undefined;
    const box = (found as Element).getBoundingClientRect();
    const scale = frame.width / this.#size[0];
    return [frame.left + (box.left + x * box.width) * scale, frame.top + (box.top + y * box.height) * scale];
  }

  #begin(events: readonly PageEvent[]): void {
    const last = this.#player;
    const before = [...this.#stage.children];
    const root = this.#stage.appendChild(document.createElement('div'));
    this.#baseline = Date.now();
    const player = new Replayer([], {
      root,
      liveMode: true,
      useVirtualDom: false,
      mouseTail: false,
      showWarning: false,
      triggerFocus: false,
      pauseAnimation: false,
      insertStyleRules: styles,
    });
    this.#player = player;
    player.iframe.tabIndex = -1;
    player.iframe.title = '';
    player.startLive(this.#baseline);
    for (const event of events) this.#add(event);
    last?.destroy();
    for (const one of before) one.remove();
    this.#fit();
  }

  #add(event: PageEvent): void {
    const data = event.data as { source?: number; width?: number; height?: number };
    const late = event.type === 3 && moving.has(data.source ?? -1);
    this.#player?.addEvent({ ...event, timestamp: late ? Math.max(this.#baseline, Date.now()) : this.#baseline - 1 });
    if ((event.type === 4 || data.source === 4) && data.width && data.height) {
      this.#size = [data.width, data.height];
      this.#fit();
    }
  }

  /** The whole of her window, as large as there is room. */
  #fit(): void {
    const [width, height] = this.#size;
    const wrapper = this.#player?.wrapper;
    if (!wrapper || !width || !height) return;
    const scale = Math.min(1, this.#stage.clientWidth / width, this.#stage.clientHeight / height);
    const left = Math.max(0, (this.#stage.clientWidth - width * scale) / 2);
    wrapper.style.cssText = `width:${width}px;height:${height}px;transform-origin:0 0;transform:translateX(${left}px) scale(${scale})`;
  }
}

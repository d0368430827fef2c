import type { Draw, Point, Spot } from '@visavis/client/cobrowse.ts';
import { line } from '@visavis/client/stroke.ts';
import { unseen } from './secrets';

/** A stroke lasts this long, its end the last part of it. */
const lastsMs = 6000;
const fadesMs = 600;
/** A pointer that says nothing for this long is gone. */
const restsMs = 3000;
const edge = 10;

const sheet = `:host{all:initial!important;position:fixed!important;inset:0!important;z-index:2147482999!important;pointer-events:none!important}
svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible;fill:none;stroke-linecap:round;stroke-linejoin:round}
b,i{position:absolute;left:0;top:0;font:600 12px/1.5 system-ui,sans-serif;font-style:normal;white-space:nowrap;border-radius:4px}
b{padding:1px 7px;background:#ffd02b;color:#3a2e00;box-shadow:0 1px 3px rgb(0 0 0/.3)}
b.dot::before{content:"";position:absolute;left:-22px;top:2px;width:16px;height:16px;border-radius:50%;background:#ffd02b;box-shadow:0 0 0 2px #3a2e00,0 0 0 8px rgb(255 208 43/.4)}
i{border:1px dashed #046679;background:repeating-linear-gradient(135deg,rgb(4 102 121/.2) 0 6px,transparent 6px 12px)}
i em{position:absolute;right:2px;top:2px;padding:0 5px;border-radius:3px;background:#046679;color:#fff;font-style:normal;font-size:11px}
:host::after{content:"";position:absolute;inset:0;box-shadow:inset 0 0 0 3px #046679}`;

type Find = (id: number) => Node | null;
interface Mark {
  draw: Draw;
  who: string;
  at: number;
}

/**
 * What an agent draws, over the page and beside it: in a closed shadow root, without hands, as text and lines only. Marks
 * follow what they point at, and are pulled to the edge of the window when that is beyond it.
 */
export class Ink {
  readonly #find: Find;
  readonly #host = document.createElement('visavis-ink');
  readonly #svg = svg('svg');
  readonly #root: ShadowRoot;
  readonly #tags = new Map<string, HTMLElement>();
  #marks: Mark[] = [];
  #point: { spot: Spot; who: string; at: number } | undefined;
  #tint: string | undefined;
  #frame = 0;

  constructor(find: Find) {
    this.#find = find;
    this.#root = this.#host.attachShadow({ mode: 'closed' });
    const style = document.createElement('style');
    style.textContent = sheet;
    try {
      const constructed = new CSSStyleSheet();
      constructed.replaceSync(sheet);
      this.#root.adoptedStyleSheets = [constructed];
    } catch {
      this.#root.append(style);
    }
    this.#root.append(this.#svg);
    this.#host.setAttribute('aria-hidden', 'true');
    document.documentElement.append(this.#host);
  }

  draw(draw: Draw, who: string): void {
    this.#marks = [...this.#marks.filter(({ draw: { id } }) => id !== draw.id), { draw, who, at: Date.now() }].slice(
      -40,
    );
    this.#wake();
  }
  point(point: Point, who: string): void {
    this.#point = 'off' in point ? undefined : { spot: point, who, at: Date.now() };
    this.#wake();
  }
  wipe(): void {
    this.#marks = [];
    this.#point = undefined;
    this.#wake();
  }
  /** Shows her what stays with her, under this label; undefined ends it. */
  tint(label: string | undefined): void {
    this.#tint = label;
    this.#wake();
  }
  remove(): void {
    cancelAnimationFrame(this.#frame);
    this.#host.remove();
  }

  #wake(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#paint);
  }

  readonly #paint = (): void => {
    const now = Date.now();
    this.#marks = this.#marks.filter(({ at }) => now - at < lastsMs);
    if (this.#point && now - this.#point.at > restsMs) this.#point = undefined;
    const kept = new Set<string>();
    const lines = this.#marks.flatMap(({ draw, who, at }) => {
      const points = draw.points.map((spot) => this.#place(spot)).filter((one) => one !== undefined);
      const [first] = points;
      if (!first) return [];
      const opacity = String(Math.min(1, (lastsMs - (now - at)) / fadesMs));
      this.#tag(kept, draw.id, who, first, opacity);
      return strokes(line(draw.shape, points), opacity);
    });
    this.#svg.replaceChildren(...lines);
    const at = this.#point && this.#place(this.#point.spot);
    if (at && this.#point) this.#tag(kept, 'dot', this.#point.who, [at[0] + 14, at[1] - 10], '1').className = 'dot';
    if (this.#tint !== undefined) this.#shade(kept, this.#tint);
    for (const [id, tag] of this.#tags) {
      if (kept.has(id)) continue;
      tag.remove();
      this.#tags.delete(id);
    }
    this.#frame = 0;
    if (this.#marks.length || this.#point || this.#tint !== undefined) this.#wake();
  };

  #tag(kept: Set<string>, id: string, who: string, [x, y]: At, opacity: string): HTMLElement {
    const tag = this.#element(kept, id, 'b');
    tag.textContent = who;
    tag.style.cssText = `opacity:${opacity};transform:translate(${Math.min(x, innerWidth - 8 * who.length - 20)}px,${Math.max(2, y - 26)}px)`;
    return tag;
  }

  #shade(kept: Set<string>, label: string): void {
    unseen().forEach((element, i) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (!width || !height || top > innerHeight || top + height < 0) return;
      const shade = this.#element(kept, `tint ${i}`, 'i');
      shade.style.cssText = `width:${width}px;height:${height}px;transform:translate(${left}px,${top}px)`;
      if (!shade.firstChild) shade.append(document.createElement('em'));
      if (shade.firstChild) shade.firstChild.textContent = width > 120 ? label : '';
    });
  }

  #element(kept: Set<string>, id: string, name: 'b' | 'i'): HTMLElement {
    kept.add(id);
    const known = this.#tags.get(id);
    if (known) return known;
    const made = document.createElement(name);
    this.#tags.set(id, made);
    this.#root.append(made);
    return made;
  }

  #place({ node, x, y }: Spot): At | undefined {
    const found = this.#find(node);
    const element = found?.nodeType === 1 ? (found as Element) : found?.parentElement;
    if (!element?.isConnected) return undefined;
    const box = element.getBoundingClientRect();
    return [within(box.left + x * box.width, innerWidth), within(box.top + y * box.height, innerHeight)];
  }
}

type At = readonly [number, number];
const within = (at: number, size: number) => Math.max(edge, Math.min(at, size - edge));
const svg = <K extends keyof SVGElementTagNameMap>(name: K) =>
  document.createElementNS('http://www.w3.org/2000/svg', name);

/** Light on a dark edge: seen on any page. */
function strokes(d: string, opacity: string): SVGElement[] {
  return [
    { stroke: '#3a2e00', 'stroke-width': '9', 'stroke-opacity': '.55' },
    { stroke: '#ffd02b', 'stroke-width': '6' },
  ].map((paint) => {
    const path = svg('path');
    for (const [name, value] of Object.entries({ d, opacity, ...paint })) path.setAttribute(name, value);
    return path;
  });
}

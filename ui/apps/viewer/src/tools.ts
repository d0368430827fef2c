import { freshId } from '@visavis/client/id.ts';
import { line } from '@visavis/client/stroke.ts';
import type { Act, Draw, FromViewer, Shape, Spot, Tool } from '@visavis/client/cobrowse.ts';
import type { Replay } from './replay';

type Say = (word: FromViewer) => void;
interface Mark {
  shape: Shape;
  points: Spot[];
  /** When it was finished; a mark in the making has no end. */
  at: number;
}

const pointEveryMs = 40;
const scrollEveryMs = 60;
const lastsMs = 6000;
const fadesMs = 600;
const mostPoints = 200;
/** Keys that go to the customer's page while it is driven; letters go as text. */
const keys = new Set([
  'Enter',
  'Tab',
  'Backspace',
  'Delete',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

/** The hand over the page: it points, draws, or drives, and shows its own strokes as the customer sees them. */
export class Tools {
  readonly #replay: Replay;
  readonly #say: Say;
  readonly #svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  readonly #surface: HTMLElement;
  #tool: Tool = 'look';
  #marks: Mark[] = [];
  #drawing: Mark | undefined;
  #pointedAt = 0;
  #scroll: { spot: Spot; dx: number; dy: number } | undefined;
  /** What she clicked last: words go there. */
  #target: Spot | undefined;
  #frame = 0;

  constructor(surface: HTMLElement, replay: Replay, say: Say) {
    this.#surface = surface;
    this.#replay = replay;
    this.#say = say;
    this.#svg.classList.add('ink');
    surface.append(this.#svg);
    surface.onpointerdown = (event) => this.#down(event);
    surface.onpointermove = (event) => this.#move(event);
    surface.onpointerup = (event) => this.#up(event);
    surface.onpointerleave = () => this.#tool === 'point' && say({ visavis: 'point', off: true });
    surface.onwheel = (event) => this.#wheel(event);
    addEventListener('keydown', (event) => this.#key(event));
    addEventListener('paste', (event) => this.#type(event.clipboardData?.getData('text/plain') ?? ''));
  }

  take(tool: Tool): void {
    if (this.#tool === 'point' && tool !== 'point') this.#say({ visavis: 'point', off: true });
    this.#tool = tool;
    this.#drawing = this.#target = undefined;
    this.#surface.dataset['tool'] = tool;
  }
  /** A stroke of somebody else's. */
  drawn(shape: Shape, points: readonly Spot[]): void {
    this.#marks.push({ shape, points: [...points], at: Date.now() });
    this.#wake();
  }
  wipe(): void {
    this.#marks = [];
    this.#drawing = undefined;
    this.#wake();
  }

  #down(event: PointerEvent): void {
    const spot = this.#replay.spot(event.clientX, event.clientY);
    if (!spot || event.button !== 0) return;
    if (this.#tool === 'arrow' || this.#tool === 'circle' || this.#tool === 'free') {
      this.#surface.setPointerCapture(event.pointerId);
      this.#drawing = { shape: this.#tool, points: [spot], at: Infinity };
      this.#wake();
    } else if (this.#tool === 'control') {
      this.#target = spot;
      this.#act({ kind: 'click', ...spot });
      focus();
    }
  }

  #move(event: PointerEvent): void {
    const drawing = this.#drawing;
    if (drawing) {
      const spot = this.#replay.spot(event.clientX, event.clientY);
      if (!spot) return;
      if (drawing.shape !== 'free') drawing.points[1] = spot;
      else if (drawing.points.length < mostPoints) drawing.points.push(spot);
      return this.#wake();
    }
    const now = performance.now();
    if (this.#tool !== 'point' || now - this.#pointedAt < pointEveryMs) return;
    this.#pointedAt = now;
    const spot = this.#replay.spot(event.clientX, event.clientY);
    this.#say(spot ? { visavis: 'point', ...spot } : { visavis: 'point', off: true });
  }

  #up(event: PointerEvent): void {
    const drawing = this.#drawing;
    this.#drawing = undefined;
    if (!drawing) return;
    this.#move(event);
    const draw: Omit<Draw, 'type'> = { id: freshId(), shape: drawing.shape, points: drawing.points };
    this.#marks.push({ ...drawing, at: Date.now() });
    this.#say({ visavis: 'draw', ...draw });
    this.#wake();
  }

  #wheel(event: WheelEvent): void {
    if (this.#tool !== 'control') return;
    event.preventDefault();
    const spot = this.#replay.spot(event.clientX, event.clientY);
    if (!spot) return;
    if (!this.#scroll)
      setTimeout(() => {
        const { spot, dx, dy } = this.#scroll ?? { spot: undefined, dx: 0, dy: 0 };
        this.#scroll = undefined;
        if (spot) this.#act({ kind: 'scroll', node: spot.node, dx, dy });
      }, scrollEveryMs);
    this.#scroll = { spot, dx: (this.#scroll?.dx ?? 0) + event.deltaX, dy: (this.#scroll?.dy ?? 0) + event.deltaY };
  }

  #key(event: KeyboardEvent): void {
    const alone = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (this.#tool !== 'control' || event.key === 'Escape' || !alone) {
      if (alone || event.key === 'e')
        this.#say({ visavis: 'key', key: event.ctrlKey ? `ctrl+${event.key}` : event.key });
      return;
    }
    if (!this.#target) return;
    if (event.key.length === 1) this.#type(event.key);
    else if (keys.has(event.key)) this.#act({ kind: 'key', node: this.#target.node, key: event.key });
    else return;
    event.preventDefault();
  }

  #type(text: string): void {
    if (this.#tool === 'control' && this.#target && text)
      this.#act({ kind: 'type', node: this.#target.node, text: text.slice(0, 2000) });
  }

  #act(act: Omit<Act, 'type' | 'id'>): void {
    this.#say({ visavis: 'act', id: freshId(), ...act });
  }

  #wake(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#paint);
  }
  readonly #paint = (): void => {
    const now = Date.now();
    this.#frame = 0;
    this.#marks = this.#marks.filter(({ at }) => now - at < lastsMs);
    const lines = [...this.#marks, ...(this.#drawing ? [this.#drawing] : [])].flatMap(({ shape, points, at }) => {
      const places = points.map((spot) => this.#replay.place(spot)).filter((one) => one !== undefined);
      if (places.length === 0) return [];
      return ['edge', 'pen'].map((kind) => {
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('class', kind);
        path.setAttribute('d', line(shape, places));
        path.setAttribute('opacity', String(Math.max(0, Math.min(1, (lastsMs - (now - at)) / fadesMs))));
        return path;
      });
    });
    this.#svg.replaceChildren(...lines);
    if (lines.length) this.#wake();
  };
}

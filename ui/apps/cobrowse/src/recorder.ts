import type { FromRecorder, Mask, PageEvent, ToRecorder } from '@visavis/client/cobrowse.ts';
import { record } from '@rrweb/record';
import { Hands } from './hands';
import { Ink } from './ink';
import { Ruled } from './ruled';
import { scrub } from './scrub';
import { follow, hide, mask, own, shown } from './secrets';

const moveMs = 50;
/** A page that never rests is told of with each picture it draws, not with each change. */
const paceMs = 15;
/** A page that goes in and out of a rule all the time is not shown whole each time. */
const anewMs = 250;

/**
 * Shows the page to her agent until she ends it: what changes leaves scrubbed, as soon as it has changed; what her agent draws
 * and does comes back. Nothing here ever throws into the page.
 */
export class Recorder {
  readonly #port: MessagePort;
  readonly #find = (id: number): Node | null => record.mirror.getNode(id);
  readonly #hands = new Hands(this.#find);
  readonly #ink = new Ink(this.#find);
  readonly #ruled = new Ruled(this.#find);
  #stop: (() => void) | undefined;
  #anew: ReturnType<typeof setTimeout> | undefined;
  #looks: ReturnType<typeof setTimeout> | undefined;
  readonly #watch = new MutationObserver(() => (this.#looks ??= setTimeout(this.#look, anewMs)));
  #batch: PageEvent[] = [];
  #path = '';
  #flushedAt = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  begin(): void {
    this.#port.onmessage = ({ data }) => this.#hear(data as ToRecorder);
  }

  #record(rules: Mask): void {
    if (this.#stop) return;
    follow(rules);
    addEventListener('keydown', this.#key, true);
    this.#stop = record({
      emit: (event) => this.#emit(event as PageEvent),
      blockSelector: `${hide},${own}`,
      maskAllInputs: true,
      maskInputFn: (text, element) => (shown(element) ? text : text && mask),
      slimDOMOptions: 'all',
      sampling: { mousemove: moveMs, mousemoveCallback: 2 * moveMs, scroll: 2 * moveMs },
      errorHandler: () => true,
    });
    if (rules.hide.length + rules.show.length > 0) this.#watch.observe(document, { attributes: true, subtree: true });
  }

  #hear(said: ToRecorder): void {
    if (!this.#stop && said.type !== 'begin' && said.type !== 'grants') return;
    switch (said.type) {
      case 'begin':
        return this.#record(said.mask);
      case 'lag':
        this.#batch = [];
        return record.takeFullSnapshot(true);
      case 'grants':
        return this.#hands.grant(said.control, said.controlOrigin);
      case 'act':
        return this.#say({ type: 'did', id: said.id, ...this.#hands.do(said) });
      case 'draw':
        return this.#ink.draw(said, said.from.firstName);
      case 'point':
        return this.#ink.point(said, said.from.firstName);
      case 'wipe':
        return this.#ink.wipe();
      case 'tint':
        return this.#ink.tint(said.on ? said.label : undefined);
      case 'end':
        return this.#end();
    }
  }

  #emit(event: PageEvent): void {
    const left = scrub(event, this.#find);
    if (!left) return;
    if (left.type === 4) this.#batch = []; // a snapshot begins, and holds what came before it
    if (this.#batch.length === 0) {
      const rest = this.#flushedAt + paceMs - performance.now();
      if (rest > 0) setTimeout(this.#flush, rest);
      else queueMicrotask(this.#flush);
    }
    this.#batch.push(left);
    // What the site wants shown or hidden has changed: everything is looked at anew.
    if (marks(event)) setTimeout(() => record.takeFullSnapshot(true));
    if (this.#ruled.changed(event)) this.#anew ??= setTimeout(this.#again, anewMs);
  }

  readonly #again = (): void => {
    this.#anew = undefined;
    if (this.#stop) record.takeFullSnapshot(true);
  };

  readonly #look = (): void => {
    this.#looks = undefined;
    if (this.#ruled.strayed()) this.#again();
  };

  readonly #flush = (): void => {
    const events = this.#batch;
    this.#batch = [];
    const [first] = events;
    if (!first) return;
    this.#flushedAt = performance.now();
    const { origin, pathname } = location;
    const path = origin + pathname;
    // A page that changes its address without loading says so.
    if (first.type !== 4 && path !== this.#path)
      events.unshift({
        type: 4,
        timestamp: first.timestamp,
        data: { href: path, width: innerWidth, height: innerHeight },
      });
    this.#path = path;
    this.#say({ type: 'page', fresh: events.some(({ type }) => type === 2), events });
  };

  /** She takes her page back with a key. One that was made up, as by her agent, ends nothing. */
  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !event.isTrusted || !this.#hands.free) return;
    this.#hands.stop();
    this.#say({ type: 'escape' });
  };

  #say(word: FromRecorder): void {
    this.#port.postMessage(word);
  }

  #end(): void {
    removeEventListener('keydown', this.#key, true);
    this.#watch.disconnect();
    clearTimeout(this.#anew);
    clearTimeout(this.#looks);
    this.#stop?.();
    this.#stop = undefined;
    this.#ink.remove();
    this.#port.close();
  }
}

function marks({ type, data }: PageEvent): boolean {
  const changes = type === 3 ? (data as { attributes?: { attributes: object }[] }).attributes : undefined;
  return !!changes?.some(({ attributes }) =>
    Object.keys(attributes).some((name) => /^(?:data-visavis-(?:show|hide)|contenteditable)$/.test(name)),
  );
}

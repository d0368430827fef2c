import { CobrowseLine, type CobrowseSettings } from '@visavis/client/cobrowse-line.ts';
import type { Did, FromRecorder, Grants, Mask, PageEvent, ToCustomer, ToRecorder } from '@visavis/client/cobrowse.ts';
import { freshId } from '@visavis/client/id.ts';

/** What is written to a line that does not carry it off is thrown away, and the page shown whole again once it does. */
const mostWaiting = 1 << 20;
const fewWaiting = 64 << 10;
const lookAgainMs = 100;

type Line = Pick<CobrowseLine<ToCustomer>, 'open' | 'waiting' | 'connect' | 'close'> & {
  send: (frame: Did | { type: 'page'; n: number; fresh?: boolean; events: readonly PageEvent[] }) => boolean;
};

export interface SeenSettings {
  assistId: string;
  visitor: () => string | null | undefined;
  /** Gives the page a port for its recorder. */
  lend: (port: MessagePort) => void;
  /** She has pressed Escape on her page. */
  onescape: () => void;
  line?: (settings: CobrowseSettings<ToCustomer>) => Line;
}

/**
 * Her page while her agent sees it: the recorder on the page on one side, the line to the server on the other. What she has
 * allowed is held by the server; here it only decides what is handed on.
 */
export class Seen {
  readonly #settings: SeenSettings;
  readonly #line: Line;
  #recorder: MessagePort | undefined;
  #n = 0;
  #full = false;
  /** The whole page has been asked for, and is still to come. */
  #awaited = false;
  #grants: Grants = { page: false, control: false };
  /** Unknown until the server has said it. */
  #mask: Mask | undefined;
  #over = false;

  constructor(settings: SeenSettings) {
    this.#settings = settings;
    const make = settings.line ?? ((given) => new CobrowseLine<ToCustomer>(given));
    this.#line = make({
      assistId: settings.assistId,
      visitor: settings.visitor,
      load: freshId(),
      onframe: (frame) => this.#hear(frame),
      onlost: () => {
        this.#awaited = false;
        this.untie();
      },
      onended: () => this.end(),
    });
    this.#line.connect();
  }

  /** Shows her what stays with her. */
  tint(on: boolean, label: string): void {
    this.#tell({ type: 'tint', on, label });
  }

  /** At once, whatever the line does. */
  end(): void {
    this.#over = true;
    this.#line.close();
    this.#rest();
  }
  /** Her agent's hands are tied at once; the server learns it on its own way. */
  untie(): void {
    this.#tell({ type: 'grants', control: false });
  }

  #hear(frame: ToCustomer): void {
    switch (frame.type) {
      case 'welcome':
      case 'grants':
        this.#grants = frame;
        if (frame.type === 'welcome') this.#mask = frame.mask;
        if (!frame.page) return this.#rest();
        // A line that has come back has nothing of the page yet.
        if (frame.type === 'welcome') this.#whole();
        this.#begin();
        return this.#tie();
      case 'lag':
        return this.#whole();
      case 'point':
      case 'draw':
      case 'wipe':
      case 'act':
        return this.#tell(frame);
      case 'refused':
        return;
    }
  }

  #begin(): void {
    if (this.#recorder || this.#over || !this.#mask) return;
    const { port1, port2 } = new MessageChannel();
    this.#recorder = port1;
    this.#awaited = true; // a recorder begins with it
    port1.onmessage = ({ data }) => this.#show(data as FromRecorder);
    this.#tell({ type: 'begin', mask: this.#mask });
    this.#settings.lend(port2);
  }
  #rest(): void {
    this.#tell({ type: 'end' });
    this.#recorder?.close();
    this.#recorder = undefined;
  }
  #tie(): void {
    const { control, controlOrigin } = this.#grants;
    this.#tell({ type: 'grants', control, ...(controlOrigin ? { controlOrigin } : {}) });
  }

  #show(word: FromRecorder): void {
    if (word.type === 'escape') return this.#settings.onescape();
    if (word.type === 'did') return void this.#line.send(word);
    const { type, fresh, events } = word;
    if (fresh) this.#full = this.#awaited = false;
    if (!this.#line.open || this.#full) return;
    this.#line.send({ type, n: ++this.#n, ...(fresh ? { fresh } : {}), events });
    if (this.#line.waiting > mostWaiting) this.#wait();
  }

  #wait(): void {
    this.#full = true;
    setTimeout(() => {
      if (this.#over || !this.#full) return;
      if (this.#line.waiting > fewWaiting) return this.#wait();
      this.#awaited = false;
      this.#whole();
    }, lookAgainMs);
  }

  #whole(): void {
    if (!this.#recorder || this.#awaited) return;
    this.#awaited = true;
    this.#tell({ type: 'lag' });
  }

  #tell(word: ToRecorder): void {
    this.#recorder?.postMessage(word);
  }
}

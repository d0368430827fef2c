export interface CobrowseSettings<F> {
  assistId: string;
  /** The customer's token; members are known by their cookie. */
  visitor?: () => string | null | undefined;
  /** Names one load of the customer's page. */
  load?: string;
  onframe: (frame: F) => void;
  /** The line stands no longer, and is being brought back. */
  onlost?: () => void;
  /** Closed for good: nothing more may be seen, or another window of hers has taken over. */
  onended?: (code: number) => void;
  url?: string;
  socket?: (url: string, protocol: string) => WebSocket;
  random?: () => number;
}

const protocol = 'visavis.cobrowse.v1';
const firstMs = 250;
const longestMs = 5000;
/** Session ended, not hers, no such assist, replaced. */
const ended = new Set([4401, 4403, 4404, 4409]);

/** The socket by which a page is shown. It keeps itself open; what was not sent while it was away is not sent later. */
export class CobrowseLine<F extends { type: string }> {
  readonly #settings: CobrowseSettings<F>;
  #socket: WebSocket | undefined;
  #welcome = false;
  #tries = 0;
  #wanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: CobrowseSettings<F>) {
    this.#settings = settings;
  }

  /** Bytes that have not left yet. */
  get waiting(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }
  get open(): boolean {
    return this.#welcome;
  }

  connect(): void {
    this.#wanted = true;
    if (!this.#socket) this.#open();
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#welcome = false;
    socket?.close(1000);
  }

  /** Says whether it has been handed to the line. */
  send(frame: { type: string }): boolean {
    if (!this.#welcome || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open(): void {
    const { assistId, visitor, load, url, socket: make } = this.#settings;
    const target = url ?? `${location.origin.replace(/^http/, 'ws')}/api/v1/cobrowse?assist=${assistId}`;
    const socket = make ? make(target, protocol) : new WebSocket(target, protocol);
    this.#socket = socket;
    socket.onopen = () => {
      const token = visitor?.();
      const who = { ...(token ? { visitor: token } : {}), ...(load ? { load } : {}) };
      socket.send(JSON.stringify({ type: 'hello', assistId, ...who }));
    };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#receive(data);
    socket.onclose = ({ code }) => this.#socket === socket && this.#closed(code);
  }

  #receive(data: unknown): void {
    let frame: F;
    try {
      frame = JSON.parse(String(data)) as F;
    } catch {
      return;
    }
    if (frame.type === 'welcome') {
      this.#welcome = true;
      this.#tries = 0;
    }
    this.#settings.onframe(frame);
  }

  #closed(code: number): void {
    this.#socket = undefined;
    this.#welcome = false;
    if (!this.#wanted) return;
    if (ended.has(code)) {
      this.close();
      return this.#settings.onended?.(code);
    }
    this.#settings.onlost?.();
    const most = Math.min(longestMs, firstMs * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#open(), most * (0.5 + 0.5 * (this.#settings.random ?? Math.random)()));
  }
}

import {
  CobrowseLine,
  type Assist,
  type CobrowseSettings,
  type ConsentKind,
  type FromViewer,
  type Grants,
  type PageEvent,
  type ToMember,
  type ToViewer,
  type Tool,
  type Undone,
} from '@visavis/client';
import type { Session } from './session.svelte.ts';

type Line = Pick<CobrowseLine<ToMember>, 'connect' | 'send' | 'close'>;
type Asking = 'no' | 'asked' | 'refused' | 'granted';

/** What is kept for a viewer that is not there yet; a viewer that comes later than that asks for the whole page. */
const mostKept = 400;
const noticeMs = 5000;
const nothing: Grants = { page: false, control: false };

/** A consent of hers that is in force. */
export const inForce = (assist: Assist | undefined, kind: ConsentKind) =>
  assist?.consents.filter((one) => one.kind === kind && !one.endedAt).at(-1);

/**
 * The customer's page at this desk: the line on one side, the viewer on its own origin on the other, and between them the tool
 * in the agent's hand. Nothing of the page is read or kept here.
 */
export class SharedPage {
  readonly #session: Session;
  readonly #make: (settings: CobrowseSettings<ToMember>) => Line;
  #line: Line | undefined;
  #assist = $state.raw<Assist | undefined>(undefined);
  #refused = $state.raw<readonly ConsentKind[]>([]);
  #grants = $state.raw<Grants>(nothing);
  #viewerUrl = $state('');
  #tool = $state<Tool>('look');
  #away = $state(true);
  #address = $state('');
  #notice = $state<Undone | ''>('');
  #listening = $state(false);
  #forgetting: ReturnType<typeof setTimeout> | undefined;
  #tell: ((word: ToViewer) => void) | undefined;
  #ready = false;
  #dress = { dark: false, lang: '' };
  #kept: ToViewer[] = [];
  /** It stands in the middle of the desk; else the conversation does. */
  open = $state(true);

  constructor(session: Session, make: (settings: CobrowseSettings<ToMember>) => Line = (s) => new CobrowseLine(s)) {
    this.#session = session;
    this.#make = make;
  }

  /** Whether she may be asked to show her page at all. */
  get offered(): boolean {
    return this.#viewerUrl !== '';
  }
  /** Where the viewer is, told of who frames it. */
  get viewer(): string {
    return this.#viewerUrl && `${this.#viewerUrl}/#${encodeURIComponent(location.origin)}`;
  }
  get origin(): string {
    return this.#viewerUrl && new URL(this.#viewerUrl).origin;
  }
  /** It may be seen now. */
  get seen(): boolean {
    return this.offered && inForce(this.#assist, 'page') !== undefined;
  }
  get shown(): boolean {
    return this.seen && this.open;
  }
  get tool(): Tool {
    return this.#tool;
  }
  /** Her page is on its way: it is changing, or its first picture is still to come. */
  get away(): boolean {
    return this.#away;
  }
  get address(): string {
    return this.#address;
  }
  /** Why the last act was not done. */
  get notice(): Undone | '' {
    return this.#notice;
  }
  get controls(): boolean {
    return this.#grants.control && !this.#listening;
  }
  /** Who only listens looks, and does nothing. */
  get listening(): boolean {
    return this.#listening;
  }
  /** Until when she may click and type, ms. */
  get controlUntil(): number {
    return Date.parse(inForce(this.#assist, 'control')?.expiresAt ?? '');
  }
  state(kind: ConsentKind): Asking {
    if (inForce(this.#assist, kind)) return 'granted';
    if (this.#assist?.asked.includes(kind)) return 'asked';
    return this.#refused.includes(kind) ? 'refused' : 'no';
  }

  // As the call goes ---------------------------------------------------------------------

  begin(assist: Assist, viewerUrl: string, listening: boolean): void {
    this.#viewerUrl = viewerUrl;
    this.#listening = listening;
    this.follow(assist);
  }

  /** The assist as it stands now. */
  follow(assist: Assist): void {
    const before = this.#assist;
    this.#assist = assist;
    const declined = before?.asked.filter((kind) => !assist.asked.includes(kind)) ?? [];
    this.#refused = [...this.#refused, ...(declined as ConsentKind[])].filter(
      (kind) => !assist.asked.includes(kind) && !inForce(assist, kind),
    );
    if (!this.seen) this.#rest();
    else if (!this.#line) this.#connect(assist.id);
  }

  end(): void {
    this.#rest();
    this.#assist = undefined;
    this.#viewerUrl = '';
    this.#refused = [];
    this.open = true;
  }

  // What she does ------------------------------------------------------------------------

  take(tool: Tool): void {
    if (this.#listening || (tool === 'control' && !this.controls)) return;
    this.#tool = tool;
    this.#say({ visavis: 'tool', tool });
  }
  wipe(): void {
    this.#line?.send({ type: 'wipe' });
    this.#say({ visavis: 'wipe' });
  }
  async ask(kind: ConsentKind): Promise<void> {
    const id = this.#assist?.id;
    if (!id || this.state(kind) === 'granted' || this.state(kind) === 'asked') return;
    const { api, assists, toasts } = this.#session;
    try {
      assists.take(await api.post(`/assists/${id}/ask`, { kind }));
    } catch {
      toasts.refuse({ text: assists.say('ask.failed') });
    }
  }
  /** Gives the customer back what she allowed. */
  async giveBack(kind: ConsentKind): Promise<void> {
    const id = this.#assist?.id;
    if (!id) return;
    if (this.#tool === 'control') this.take('look');
    const assist = await this.#session.api.delete(`/assists/${id}/consents/${kind as string}`).catch(() => undefined);
    if (assist) this.#session.assists.take(assist);
  }

  // The viewer ---------------------------------------------------------------------------

  /** A viewer stands; returns what takes it away. */
  attach(tell: (word: ToViewer) => void): () => void {
    this.#tell = tell;
    this.#ready = false;
    return () => {
      this.#tell = undefined;
      this.#ready = false;
      this.#kept = [];
    };
  }

  /** A word of the viewer. Returns the key it does not need. */
  hear(word: FromViewer): string {
    switch (word.visavis) {
      case 'ready':
        this.#welcome();
        return '';
      case 'key':
        return word.key;
      case 'point':
      case 'draw':
      case 'act':
      case 'lag': {
        const { visavis: type, ...rest } = word;
        if (!this.#listening || type === 'lag') this.#line?.send({ type, ...rest });
        return '';
      }
    }
  }

  /** The desk looks another way, or speaks another language: the viewer with it. */
  dress(look: { dark: boolean; lang: string }): void {
    this.#dress = look;
    this.#say({ visavis: 'theme', ...look });
  }

  #welcome(): void {
    this.#ready = true;
    this.#say({ visavis: 'theme', ...this.#dress });
    this.#say({ visavis: 'tool', tool: this.#tool });
    if (this.#kept.length === 0) this.#line?.send({ type: 'lag' });
    for (const word of this.#kept) this.#say(word);
    this.#kept = [];
  }

  #say(word: ToViewer): void {
    if (this.#ready) this.#tell?.(word);
  }

  // The line -----------------------------------------------------------------------------

  #connect(assistId: string): void {
    this.#away = true;
    this.#line = this.#make({
      assistId,
      onframe: (frame) => this.#receive(frame),
      onlost: () => this.#leave(),
    });
    this.#line.connect();
  }
  #rest(): void {
    this.#line?.close();
    this.#line = undefined;
    this.#grants = nothing;
    this.#tool = 'look';
    this.#address = '';
    this.#kept = [];
    this.#away = true;
  }

  #receive(frame: ToMember): void {
    switch (frame.type) {
      case 'welcome':
      case 'grants':
        this.#grants = frame;
        if (!frame.control && this.#tool === 'control') this.take('look');
        return;
      case 'page':
        return this.#hand(frame);
      case 'away':
        return this.#leave();
      case 'here':
        return;
      case 'did':
        return frame.done ? undefined : this.#tellWhy(frame.why ?? 'gone');
      case 'refused':
        return frame.code === 'no_control' || frame.code === 'origin' ? this.#tellWhy('grant') : undefined;
    }
  }

  #leave(): void {
    this.#away = true;
    this.#say({ visavis: 'away' });
  }

  #hand({ load, fresh, events }: { load: string; fresh?: boolean; events: PageEvent[] }): void {
    const word: ToViewer = { visavis: 'events', load, events, ...(fresh ? { fresh } : {}) };
    const meta = events.filter(({ type }) => type === 4).at(-1)?.data as { href?: string } | undefined;
    if (meta?.href) this.#address = meta.href.replace(/^https?:\/\//, '');
    if (fresh) this.#away = false;
    if (this.#ready) return this.#say(word);
    this.#kept = fresh ? [word] : this.#kept.length > 0 && this.#kept.length < mostKept ? [...this.#kept, word] : [];
  }

  #tellWhy(why: Undone): void {
    this.#notice = why;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => (this.#notice = ''), noticeMs);
  }
}

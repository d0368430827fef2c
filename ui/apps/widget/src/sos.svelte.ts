import { Call, type CallSettings } from '@visavis/client/call.ts';
import { isProblem } from '@visavis/client/problem.ts';
import type { ConsentKind, ServerFrame, VisitorAssist, VisitorEvent } from '@visavis/client/types.ts';
import type { Chat } from './chat.svelte';
import type { Seen } from './seen';
import type { Store } from './store';

/** What a call needs of a browser, so that tests can bring their own. */
export interface Devices {
  microphone: () => Promise<MediaStreamTrack>;
  call: (
    settings: CallSettings,
  ) => Pick<Call, 'state' | 'stream' | 'beside' | 'again' | 'answer' | 'speak' | 'show' | 'close' | 'measure'>;
  possible: boolean;
}

type Ask = ConsentKind;
export type Fault = 'full' | 'often' | 'off' | 'hours' | 'staff' | 'unreachable';
const faults: Readonly<Record<string, Fault>> = {
  assist_full: 'full',
  assist_off: 'off',
  assist_page: 'off',
  assist_whom: 'off',
  assist_hours: 'hours',
  assist_staff: 'staff',
};

/**
 * calling, late: nobody has taken it yet; joining: somebody has, the media are on their way; live; lost: being brought back;
 * wordy: somebody is there, and this browser carries no call; rate: over, one question; thanked; missed, failed: nobody, or no way;
 * refused: the press itself did not come through.
 */
export type Phase =
  'calling' | 'late' | 'joining' | 'live' | 'lost' | 'wordy' | 'rate' | 'thanked' | 'missed' | 'failed' | 'refused';
/** Whether the other side can hear her; `no`: refused by her or the browser, `none`: there is no microphone. */
export type Micro = 'asked' | 'on' | 'muted' | 'no' | 'none';

/** The promise: a person within this many seconds. */
export const promisedFor = 15;
/** An answer that has not come by the line this long after somebody accepted is asked for. */
const overdueMs = 1200;
/** Asked in this order when it is more than one thing. */
const asks: readonly Ask[] = ['page', 'control', 'camera', 'record'];
const flowing: readonly Phase[] = ['joining', 'live', 'lost', 'wordy'];

/**
 * One live assistance of hers: from the press to the last question. It lives in the tab that pressed; a page that she leaves
 * for another one of the same shop takes it up again, except for what she has consented to, which she is asked anew.
 */
export class Sos {
  readonly #chat: Chat;
  readonly #tab: Store;
  readonly #devices: Devices;
  #call: ReturnType<Devices['call']> | undefined;
  #assist = $state.raw<VisitorAssist | undefined>(undefined);
  #micro = $state<Micro>('asked');
  #line = $state<Call['state']>('idle');
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #beside = $state.raw<readonly MediaStream[]>([]);
  #fault = $state<Fault | undefined>(undefined);
  #given = $state(false);
  #away = $state(false);
  #track: MediaStreamTrack | undefined;
  /** Her camera, while her agent sees it. */
  #eye = $state.raw<MediaStreamTrack | undefined>(undefined);
  #overdue: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #seen = $state.raw<Seen | undefined>(undefined);
  /** What she took back, until the server knows. */
  #withdrawn = $state.raw<readonly Ask[]>([]);
  /** Hands a port to the page around the chat; absent where there is none, and nothing to see. */
  lend: ((port: MessagePort) => void) | undefined;
  /** When she pressed, by this machine's clock. */
  pressedAt = $state(Date.now());
  /** The conversation stands below the picture. */
  panel = $state(false);

  /** `tab` is what only this tab remembers: the assist it is in. */
  constructor(chat: Chat, tab: Store, devices: Devices = browser) {
    this.#chat = chat;
    this.#tab = tab;
    this.#devices = devices;
    chat.onassist = (frame) => this.#hear(frame);
  }

  get assist(): VisitorAssist | undefined {
    return this.#assist;
  }
  get agent(): string {
    return this.#assist?.agent?.firstName ?? '';
  }
  get micro(): Micro {
    return this.#micro;
  }
  /** What is seen and heard of her agent. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }
  /** What is seen and heard of a colleague who came in. */
  get beside(): readonly MediaStream[] {
    return this.#beside;
  }
  /** Her agent's own line is being brought back. */
  get away(): boolean {
    return this.#away;
  }
  get fault(): Fault | undefined {
    return this.#fault;
  }
  get phase(): Phase {
    const assist = this.#assist;
    if (this.#fault) return 'refused';
    if (!assist || assist.state === 'ringing') return assist?.lateAt ? 'late' : 'calling';
    if (assist.state === 'ended') {
      if (assist.outcome === 'missed' || assist.outcome === 'failed') return assist.outcome;
      return this.#given || assist.rating ? 'thanked' : 'rate';
    }
    if (!this.#devices.possible || this.#line === 'failed') return 'wordy';
    if (this.#line === 'lost') return 'lost';
    return this.#line === 'joined' ? 'live' : 'joining';
  }
  /** Somebody is with her. */
  get together(): boolean {
    return flowing.includes(this.phase);
  }

  /** Her agent is sent her picture. */
  get shows(): boolean {
    return this.#eye !== undefined;
  }

  /** What her agent asks her for now. */
  get asked(): Ask | undefined {
    return this.together ? asks.find((kind) => this.#assist?.asked.includes(kind)) : undefined;
  }
  /** What she has allowed and not taken back. */
  allows(kind: Ask): boolean {
    return (
      this.together && !this.#withdrawn.includes(kind) && !!this.#assist?.consents.some((one) => one.kind === kind)
    );
  }
  /** Her page, while her agent sees it. */
  get seen(): Seen | undefined {
    return this.#seen;
  }

  /** Rings. The offer travels in the press, and the microphone is asked for meanwhile. */
  async press(): Promise<void> {
    this.#over = false;
    this.pressedAt = Date.now();
    this.#fault = undefined;
    this.#assist = undefined;
    void this.listen();
    try {
      await this.#chat.reach();
      await this.#connect();
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Takes up the assist that the page before this one was in; says whether there is one. */
  async resume(): Promise<boolean> {
    this.#over = false;
    await this.#chat.reach();
    const { assist } = await this.#chat.session.api.get('/visitor/assist');
    if (!assist) {
      this.forget();
      return false;
    }
    this.pressedAt = Math.min(Date.now(), Date.parse(assist.pressedAt));
    this.#take(assist);
    // A camera never comes on by itself: on another page she sees herself first, again.
    if (this.allows('camera')) void this.revoke('camera');
    void this.listen();
    await this.#connect();
    return true;
  }

  /** Asks for the microphone, again if she wishes. */
  async listen(): Promise<void> {
    if (!this.#devices.possible || this.#track) return;
    this.#micro = 'asked';
    try {
      const track = await this.#devices.microphone();
      if (this.#over) return track.stop();
      this.#track = track;
      this.#micro = 'on';
      this.#call?.speak(track);
      track.onended = () => {
        this.#track = undefined;
        this.#micro = 'none';
      };
    } catch (error) {
      this.#micro = error instanceof Error && error.name === 'NotAllowedError' ? 'no' : 'none';
    }
  }

  /** Lets her agent see what her camera gives, once the server knows that she does; or another camera instead. False when it was refused. */
  async show(track: MediaStreamTrack): Promise<boolean> {
    if (!this.#eye) await this.consent('camera');
    if (!this.allows('camera')) {
      track.stop();
      return false;
    }
    this.#eye = track;
    track.onended = () => void this.revoke('camera');
    this.#call?.show(track);
    return true;
  }

  mute(): void {
    if (!this.#track) return;
    this.#track.enabled = !this.#track.enabled;
    this.#micro = this.#track.enabled ? 'on' : 'muted';
  }

  measure(): ReturnType<Call['measure']> | undefined {
    return this.#call?.measure();
  }

  /** Hangs up, or takes the call back while it rings. It is over here at once; the server learns it as soon as it can. */
  async end(): Promise<void> {
    const assist = this.#assist;
    this.forget();
    if (!assist || assist.state === 'ended') return;
    const outcome = assist.state === 'ringing' ? 'cancelled' : 'done';
    this.#assist = { ...assist, state: 'ended', outcome, endedBy: 'customer' };
    const ended = await this.#chat.session.api.post(`/visitor/assists/${assist.id}/end`).catch(() => undefined);
    if (ended) this.#take(ended);
  }

  async rate(score: number): Promise<void> {
    const assist = this.#assist;
    if (!assist) return;
    this.#given = true;
    await this.#chat.session.api.post(`/visitor/assists/${assist.id}/rating`, { score }).catch(() => undefined);
  }

  async consent(kind: Ask): Promise<void> {
    const { assist } = this;
    if (!assist) return;
    this.#withdrawn = this.#withdrawn.filter((one) => one !== kind);
    const { api, page } = this.#chat.session;
    const origin = kind === 'control' && page ? { origin: new URL(page.url).origin } : {};
    const news = await api.post(`/visitor/assists/${assist.id}/consents`, { kind, ...origin }).catch(() => undefined);
    if (news) this.#take(news);
  }
  async decline(kind: Ask): Promise<void> {
    const { assist } = this;
    if (!assist) return;
    const news = await this.#chat.session.api
      .post(`/visitor/assists/${assist.id}/decline`, { kind })
      .catch(() => undefined);
    if (news) this.#take(news);
  }
  /** Takes it back: here at once, and at the server as soon as it can be told. */
  async revoke(kind: Ask): Promise<void> {
    const { assist } = this;
    if (!assist) return;
    this.#withdrawn = [...this.#withdrawn, kind];
    this.#look();
    const news = await this.#chat.session.api
      .delete(`/visitor/assists/${assist.id}/consents/${kind as string}`)
      .catch(() => undefined);
    if (!news) return;
    this.#withdrawn = this.#withdrawn.filter((one) => one !== kind);
    this.#take(news);
  }

  /** The words that belong to this assist, in the chat. */
  async turn(): Promise<void> {
    if (this.#assist) await this.#chat.turnTo(this.#assist.conversationId);
    this.panel = true;
  }

  /** Lets go of microphone and line. */
  forget(): void {
    this.#over = true;
    this.#seen?.end();
    this.#seen = undefined;
    clearTimeout(this.#overdue);
    this.#call?.close();
    this.#call = undefined;
    this.#track?.stop();
    this.#track = undefined;
    this.#hide();
    this.#tab.remove('assist');
  }

  /** Her camera is off, whatever the server thinks. */
  #hide(): void {
    this.#eye?.stop();
    this.#eye = undefined;
    this.#call?.show(null);
  }

  async #connect(): Promise<void> {
    if (this.#over) return; // she changed her mind meanwhile
    if (!this.#devices.possible) {
      this.#micro = 'none';
      if (!this.#assist) await this.#exchange('');
      return;
    }
    const call = this.#devices.call({
      side: 'customer',
      exchange: (offer) => this.#exchange(offer),
      onchange: () => {
        this.#line = call.state;
        this.#stream = call.stream;
        this.#beside = call.beside;
        if (call.state === 'joined') this.#away = false;
      },
      onrefused: (error) => this.#refused(error),
      final: (error) => !this.#assist && faultOf(error) !== 'unreachable',
    });
    this.#call = call;
    if (this.#track) call.speak(this.#track);
    await call.again();
  }

  /** The first offer presses, every later one takes the place of the one before. */
  async #exchange(offer: string): ReturnType<CallSettings['exchange']> {
    const { api, page } = this.#chat.session;
    if (this.#assist) {
      const { assist, ...exchanged } = await api
        .post(`/visitor/assists/${this.#assist.id}/join`, { offer })
        .catch((error: unknown) => {
          if (!this.#eye || !isProblem(error) || error.code !== 'camera_not_consented') throw error;
          // What she allowed has ended meanwhile: the call goes on without her picture.
          this.#hide();
          throw Object.assign(new Error(error.code), { passing: true });
        });
      this.#take(assist);
      return exchanged;
    }
    const pressed = await api.post('/visitor/assists', { ...(offer ? { offer } : {}), ...(page ? { page } : {}) });
    if (this.#over) {
      // She changed her mind while it was on its way.
      void api.post(`/visitor/assists/${pressed.assist.id}/end`).catch(() => undefined);
      return { answer: '', iceServers: [] };
    }
    this.#tab.set('assist', pressed.assist.id);
    this.#take(pressed.assist);
    void this.#chat.turnTo(pressed.assist.conversationId);
    return { answer: '', iceServers: pressed.iceServers };
  }

  #hear(frame: ServerFrame<VisitorEvent>): void {
    if (frame.type === 'welcome' || frame.type === 'reload') return void this.#again();
    if (frame.type === 'event') {
      if (!('assist' in frame.event)) return;
      this.#take(frame.event.assist);
      if (frame.event.type === 'assist.interrupted') void this.#call?.again();
      return;
    }
    if (!('assistId' in frame) || frame.assistId !== this.#assist?.id) return;
    if (frame.type === 'assist_answer') {
      clearTimeout(this.#overdue);
      void this.#call?.answer(frame.answer, frame.ticket);
    } else if (frame.type === 'assist_media') {
      if (frame.side === 'member') this.#away = frame.state === 'lost';
      else if (frame.state === 'lost' && this.#line === 'joined') void this.#call?.again();
    }
  }

  /** What was missed while the line was away. */
  async #again(): Promise<void> {
    if (!this.#assist || this.#over) return;
    for (const kind of this.#withdrawn) void this.revoke(kind);
    const { assist } = await this.#chat.session.api.get('/visitor/assist').catch(() => ({ assist: undefined }));
    if (assist) this.#take(assist);
    else if (assist === null) this.#take({ ...this.#assist, state: 'ended', version: this.#assist.version + 1 });
  }

  #take(assist: VisitorAssist): void {
    const before = this.#assist;
    if (before && (before.id !== assist.id || before.version > assist.version)) return;
    if (before?.state === 'ended' && assist.state !== 'ended') return;
    this.#assist = assist;
    if (assist.state === 'ended') return this.forget();
    this.#look();
    if (assist.state !== 'ringing' && (!before || before.state === 'ringing'))
      this.#overdue = setTimeout(() => this.#line === 'waiting' && void this.#call?.again(), overdueMs);
  }

  /** Shows the page, and herself, as long as she lets it be seen. */
  #look(): void {
    const { assist, lend } = this;
    if (this.#eye && !this.allows('camera')) this.#hide();
    if (!this.allows('control')) this.#seen?.untie();
    if (!this.allows('page')) {
      this.#seen?.end();
      this.#seen = undefined;
    } else if (assist && lend && !this.#seen)
      void import('./seen').then(({ Seen }) => {
        if (this.#seen || this.#over || !this.allows('page')) return;
        this.#seen = new Seen({
          assistId: assist.id,
          visitor: () => this.#chat.session.token,
          lend,
          onescape: () => void this.revoke('control'),
        });
      });
    // A chat in a tab of its own has no page to show.
    if (!lend && assist?.asked.includes('page')) void this.decline('page');
  }

  #refused(error: unknown): void {
    if (this.#over) return;
    this.forget();
    this.#fault = faultOf(error);
    this.#chat.lookAgain();
  }
}

function faultOf(error: unknown): Fault {
  if (!isProblem(error)) return 'unreachable';
  return error.status === 429 ? 'often' : (faults[error.code] ?? 'unreachable');
}

const browser: Devices = {
  microphone: async () => {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const [track] = (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks();
    if (!track) throw new Error('a stream without a track');
    return track;
  },
  call: (settings) => new Call(settings),
  possible: Call.possible,
};

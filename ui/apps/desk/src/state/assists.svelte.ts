import {
  Call,
  isProblem,
  type Assist,
  type CallSettings,
  type CallState,
  type Measure,
  type RefusalReason,
  type ServerFrame,
} from '@visavis/client';
import { Devices } from '../sos/devices.svelte.ts';
import { sosWords } from '../sos/words.ts';
import type { Session } from './session.svelte.ts';
import { SharedPage } from './shared-page.svelte.ts';

type MakeCall = (
  settings: CallSettings,
) => Pick<Call, 'state' | 'stream' | 'beside' | 'again' | 'speak' | 'show' | 'close' | 'measure' | 'elsewhere'>;

/** What may come of a call, in the order of its keys. */
export const results = ['solved', 'follow_up', 'call_back', 'no_request', 'abuse'] as const;
export type Result = (typeof results)[number];

const slipMs = 700;
const ringEveryMs = 2600;
const tabKey = 'visavis.assist';

/** Until when an assist rings for a member; undefined when it does not. */
export function ringsUntil(assist: Assist, memberId: string): number | undefined {
  if (assist.state === 'ended') return undefined;
  const ring = assist.rings.filter((one) => one.memberId === memberId).at(-1);
  return ring?.state === 'ringing' ? Date.parse(ring.expiresAt) : undefined;
}

/** Whether a member has it, or came in as a third. */
const isIn = ({ memberId, guestId }: Assist, me: string) => me !== '' && (memberId === me || guestId === me);

/** From the press to the answer, ms; undefined while nobody has answered. */
export function answeredIn({ pressedAt, acceptedAt }: Assist): number | undefined {
  return acceptedAt ? Date.parse(acceptedAt) - Date.parse(pressedAt) : undefined;
}

/**
 * Live assistance at this desk: who rings for her, the one she is in with her picture and voice, and the one a supervisor listens to.
 * Answers of the API and live events enter by `take`; the newest version of each stays.
 */
export class Assists {
  readonly devices: Devices;
  /** The page of the customer she is with. */
  readonly page: SharedPage;
  readonly #session: Session;
  readonly #voice;
  readonly #make: MakeCall;
  #items = $state.raw<readonly Assist[]>([]);
  #over = new Set<string>();
  #owed = $state.raw<readonly Assist[]>([]);
  /** Of these she is asked no more on this screen. */
  #later = new Set<string>();
  /** The one whose media run on this screen. */
  #here = $state<string | undefined>(undefined);
  #listening = $state(false);
  #whispering = $state(false);
  #call: ReturnType<MakeCall> | undefined;
  #line = $state<CallState>('idle');
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #beside = $state.raw<readonly MediaStream[]>([]);
  #muted = $state(false);
  /** The customer's own line is being brought back. */
  #away = $state(false);
  #shownAt = 0;
  #ringing: ReturnType<typeof setInterval> | undefined;
  /** Calls run through LiveKit: who listens cannot whisper. */
  unheard = $state(false);
  /** Its customer can be asked to let it be recorded. */
  recordable = $state(false);
  /** The look at camera and microphone is open. */
  checking = $state(false);

  constructor(session: Session, make: MakeCall = (settings) => new Call(settings), devices = new Devices()) {
    this.#session = session;
    this.#voice = session.i18n.with(sosWords);
    this.#make = make;
    this.devices = devices;
    devices.onchange = () => this.#lend();
    this.page = new SharedPage(session);
  }

  /** Whether a channel here offers live assistance. */
  get offered(): boolean {
    return this.#session.people.channels.some(({ settings }) => (settings as { assist?: boolean }).assist === true);
  }
  /** Those that ring for her, the longest first. */
  get ringing(): readonly Assist[] {
    const me = this.#me;
    return this.#items.filter((assist) => ringsUntil(assist, me) !== undefined);
  }
  /** The one she is in. */
  get mine(): Assist | undefined {
    const me = this.#me;
    return this.#items.find((assist) => isIn(assist, me) && (assist.state === 'accepted' || assist.state === 'live'));
  }
  /** She came into the call on this screen as a third. */
  get visiting(): boolean {
    return this.here?.guestId === this.#me;
  }
  /** Hers, on another screen or on one that was left: it can be taken here. */
  get elsewhere(): Assist | undefined {
    return this.mine && this.mine.id !== this.#here ? this.mine : undefined;
  }
  /** The one that is seen and heard on this screen. */
  get here(): Assist | undefined {
    return this.#items.find(({ id }) => id === this.#here);
  }
  get listening(): boolean {
    return this.#listening;
  }
  /** The member hears her; the customer does not. */
  get whispering(): boolean {
    return this.#whispering;
  }
  /** All that are under way, as supervisors see them. */
  get all(): readonly Assist[] {
    return this.#items;
  }
  /** Her calls that are over and of which she has not said what came of them, the oldest first. */
  get owed(): readonly Assist[] {
    return this.#owed;
  }
  get line(): CallState {
    return this.#line;
  }
  get stream(): MediaStream | undefined {
    return this.#stream;
  }
  get beside(): readonly MediaStream[] {
    return this.#beside;
  }
  get muted(): boolean {
    return this.#muted;
  }
  get away(): boolean {
    return this.#away;
  }
  /** Whether it has rung long enough that a key pressed for something else is not meant for it. */
  get settled(): boolean {
    return Date.now() - this.#shownAt > slipMs;
  }

  async load(): Promise<void> {
    try {
      const { items } = await this.#session.api.get('/assists');
      const known = new Set(items.filter(({ state }) => state !== 'ended').map(({ id }) => id));
      this.#items = this.#items.filter(({ id }) => known.has(id)); // it may ring for her again
      if (this.#here && !known.has(this.#here)) this.#leave();
      this.#ring(false);
      for (const assist of items) this.take(assist);
    } catch {
      return; // the line says what rings
    }
    const { mine } = this;
    if (mine && tab.get() === mine.id && !this.#call) await this.resume(mine);
  }

  take(assist: Assist): void {
    if (assist.state === 'ended') this.#owe(assist);
    const known = this.#items.find(({ id }) => id === assist.id);
    if (this.#over.has(assist.id) || (known && known.version >= assist.version)) return;
    if (assist.conversation) this.#session.inbox.take(assist.conversation);
    if (assist.state === 'ended') return this.#ended(known ?? assist, assist);
    const rang = this.ringing.length;
    this.#items = [...this.#items.filter(({ id }) => id !== assist.id), assist].sort(
      (a, b) => Date.parse(a.pressedAt) - Date.parse(b.pressedAt),
    );
    if (this.#here === assist.id && known && !this.#listening) this.#changed(known, assist);
    if (this.#here === assist.id) this.page.follow(assist);
    this.#ring(rang === 0);
  }

  /** Whom she had called did not come: it stays with her. */
  returned(assist: Assist): void {
    const called = this.#items.some(({ id, calling }) => id === assist.id && calling);
    this.take(assist);
    if (called && assist.memberId === this.#me)
      this.#session.toasts.show({ text: this.#voice.t('returned'), for: 6000 });
  }

  /** A word of the line about somebody's media. */
  accept(frame: ServerFrame): void {
    if (frame.type !== 'assist_media' || frame.assistId !== this.#here) return;
    if (frame.side === 'customer') this.#away = frame.state === 'lost';
    else if (frame.state === 'lost' && this.#line === 'joined') void this.#call?.again();
  }
  /** The server has lost everybody's media: all offer again. */
  interrupted(assistId: string): void {
    if (assistId === this.#here) void this.#call?.again();
  }

  forget(): void {
    this.#leave();
    this.#items = this.#owed = [];
    this.#ring(false);
  }

  // What she does ----------------------------------------------------------------------

  /** Answers it. Her camera has been open since it rang; from here on it is seen. */
  async answer(assist: Assist): Promise<void> {
    if (this.#call) return;
    this.#session.route.open(assist.conversationId);
    let taken = false;
    await this.#join(assist, async (offer) => {
      const { api } = this.#session;
      const path = taken ? (`/assists/${assist.id}/join` as const) : (`/assists/${assist.id}/accept` as const);
      const answer = await api.post(path, { offer });
      taken = true;
      tab.set(assist.id);
      return this.#joined(answer);
    });
  }

  /** Takes up the one she was in, after her page was left. */
  async resume(assist: Assist): Promise<void> {
    tab.set(assist.id);
    await this.#join(assist, async (offer) =>
      this.#joined(await this.#session.api.post(`/assists/${assist.id}/join`, { offer })),
    );
  }

  async refuse(assist: Assist, reason: RefusalReason): Promise<void> {
    const { api, toasts } = this.#session;
    const me = this.#me;
    const rings = assist.rings.map((ring) => (ring.memberId === me ? { ...ring, state: 'refused' as const } : ring));
    this.#items = this.#items.map((one) => (one.id === assist.id ? { ...assist, rings } : one));
    this.#ring(false);
    try {
      await api.post(`/assists/${assist.id}/refuse`, { reason });
      toasts.show({ text: this.#voice.t('refused'), icon: 'right', for: 4000 });
    } catch {
      // It was over anyway, or its time passes by itself.
    }
  }

  /** Has a colleague or a team rung, to take the call over or to come in. */
  async call(purpose: 'pass' | 'join', whom: { memberId: string } | { teamId: string }): Promise<void> {
    const { here } = this;
    if (!here) return;
    const { api, toasts } = this.#session;
    try {
      this.take(await api.post(`/assists/${here.id}/call`, { purpose, ...whom }));
    } catch (error) {
      const away = isProblem(error) && error.code === 'colleague_away';
      toasts.refuse({ text: this.#voice.t(away ? 'call.away' : 'call.refused') });
    }
  }
  async takeBack(): Promise<void> {
    const { here } = this;
    this.#items = this.#items.map((one) => (one.id === here?.id ? { ...one, calling: undefined } : one));
    const back = here && (await this.#session.api.delete(`/assists/${here.id}/call`).catch(() => undefined));
    if (back) this.take(back);
  }

  /** Lets the colleague go who came in as a third. */
  async dismiss(): Promise<void> {
    const { here } = this;
    if (!here?.guestId) return;
    const { api, toasts } = this.#session;
    try {
      await api.delete(`/assists/${here.id}/guest`);
    } catch (error) {
      // She has left by herself meanwhile, and the line says so.
      if (!isProblem(error) || error.status !== 404) toasts.refuse({ text: this.#voice.t('third.refused') });
    }
  }

  mute(): void {
    const { sound } = this.devices;
    if (!sound) return;
    sound.enabled = !sound.enabled;
    this.#muted = !sound.enabled;
  }

  /** Hangs up, or stops listening. */
  async end(): Promise<void> {
    const { here } = this;
    if (!here) return;
    const { api, toasts } = this.#session;
    if (this.#listening) {
      this.#leave();
      await api.delete(`/assists/${here.id}/watch`).catch(() => undefined);
      return;
    }
    if (this.visiting) {
      this.#leave();
      await api.delete(`/assists/${here.id}/guest`).catch(() => undefined);
      return;
    }
    this.#leave();
    try {
      this.take(await api.post(`/assists/${here.id}/end`, {}));
    } catch (error) {
      if (!isProblem(error) || error.status !== 409) toasts.refuse({ text: this.#voice.t('end.refused') });
    }
  }

  /** Says what came of a call of hers. Solved, its conversation can be resolved too: that is one more press. */
  async conclude(assist: Assist, said: { result: Result; note: string; summary: string }): Promise<void> {
    const { api, toasts, actions } = this.#session;
    const { id, conversationId } = assist;
    const { result } = said;
    this.later(assist);
    try {
      const now = await api.put(`/assists/${id}/conclusion`, said);
      this.take(now);
      const closes = result !== 'follow_up' && result !== 'call_back' && now.conversation?.state !== 'resolved';
      const text = this.#voice.t('result.said', { result });
      if (!closes) toasts.show({ text, icon: 'check', for: 5000 });
      else {
        const run = () => actions.resolve(conversationId);
        toasts.show({ text, icon: 'check', verb: this.#voice.t('result.resolve'), run, for: 10_000 });
      }
    } catch {
      this.#later.delete(id);
      this.#owe(assist);
      // What she wrote is kept here, for as long as nothing else was said of this call.
      const run = () => (this.#owed.some((one) => one.id === id) ? this.conclude(assist, said) : undefined);
      toasts.refuse({ text: this.#voice.t('result.refused'), verb: this.#voice.t('result.again'), run });
    }
  }
  /** Puts it off: it is asked again when the desk is opened anew. */
  later({ id }: Assist): void {
    this.#later.add(id);
    this.#owed = this.#owed.filter((one) => one.id !== id);
  }

  /** A supervisor listens in; both sides are told of her. */
  async listen(assist: Assist): Promise<void> {
    if (this.#call) return;
    this.#listening = true;
    this.#here = assist.id;
    await this.#watch(assist);
  }
  /** Speaks to the member only, or ceases to. */
  async whisper(): Promise<void> {
    const { here } = this;
    if (!here || !this.#listening) return;
    this.#whispering = !this.#whispering;
    if (!this.#whispering) this.devices.close();
    else if (!(await this.devices.open(true))) {
      this.#whispering = false;
      this.#session.toasts.refuse({ text: this.#voice.t('whisper.refused') });
      return;
    }
    this.#call?.close();
    await this.#watch(here);
  }

  /** A sentence for what concerns an assist. */
  say(key: keyof typeof sosWords.fr): string {
    return this.#voice.t(key);
  }

  measure(): Promise<Measure> | undefined {
    return this.#call?.measure();
  }

  // How it goes ------------------------------------------------------------------------

  async #join(assist: Assist, exchange: CallSettings['exchange']): Promise<void> {
    this.#listening = false;
    this.#here = assist.id;
    await this.devices.open();
    if (this.#here === assist.id) await this.#begin('member', assist, exchange);
  }

  #joined<A extends { assist: Assist; viewerUrl?: string; recording?: string }>(answer: A): A {
    this.take(answer.assist);
    if (this.#here === answer.assist.id) {
      this.recordable = answer.recording !== undefined && answer.recording !== 'off';
      this.page.begin(answer.assist, answer.viewerUrl ?? '', this.#listening || this.visiting);
    }
    return answer;
  }

  async #watch(assist: Assist): Promise<void> {
    const whisper = this.#whispering;
    const exchange = async (offer: string) =>
      this.#joined(await this.#session.api.post(`/assists/${assist.id}/watch`, { offer, whisper }));
    await this.#begin(whisper ? 'whisperer' : 'listener', assist, exchange);
  }

  /** It is still on this screen: it was passed on, or to her who was the third, or she is let go. */
  #changed(known: Assist, assist: Assist): void {
    const me = this.#me;
    if (isIn(known, me) && !isIn(assist, me)) {
      const to = assist.memberId === known.memberId ? '' : assist.memberId;
      this.#leave();
      const name = this.#session.people.member(to)?.firstName ?? '';
      if (to) this.#session.toasts.show({ text: this.#voice.t('passed', { name }), icon: 'right', for: 6000 });
    } else if (known.guestId === me && assist.memberId === me) void this.#call?.again();
  }

  async #begin(side: CallSettings['side'], { id }: Assist, exchange: CallSettings['exchange']): Promise<void> {
    const call = this.#make({
      side,
      exchange,
      onchange: () => {
        if (this.#call !== call) return;
        this.#line = call.state;
        this.#stream = call.stream;
        this.#beside = call.beside;
        this.unheard = call.elsewhere;
      },
      onrefused: (error) => {
        this.#leave();
        const code = isProblem(error) ? error.code : '';
        const text = code === 'assist_taken' ? 'taken' : code === 'assist_over' ? 'gone' : 'answer.refused';
        this.#session.toasts.refuse({ text: this.#voice.t(text) });
        if (text !== 'answer.refused') this.#drop(id);
      },
    });
    this.#call = call;
    this.#lend();
    await call.again();
  }

  /** What her devices give goes into the call, also when she takes others under way: nothing is negotiated anew. */
  #lend(): void {
    const { sound, picture } = this.devices;
    if (!this.#call || (this.#listening && !this.#whispering)) return;
    if (sound) sound.enabled = !this.#muted;
    this.#call.speak(sound ?? null);
    if (!this.#listening) this.#call.show(picture ?? null);
  }

  #leave(): void {
    this.#call?.close();
    this.#call = undefined;
    this.page.end();
    this.#here = undefined;
    this.#listening = this.#whispering = false;
    this.#line = 'idle';
    this.#stream = undefined;
    this.#beside = [];
    this.#muted = this.#away = false;
    this.devices.close();
    tab.set('');
  }

  #ended(known: Assist, assist: Assist): void {
    const was = this.#here === assist.id;
    const rang = ringsUntil(known, this.#me) !== undefined;
    if (was) this.#leave();
    this.#drop(assist.id);
    const { t } = this.#voice;
    if (was && assist.liveAt && assist.endedAt) {
      const length = Date.parse(assist.endedAt) - Date.parse(assist.liveAt);
      this.#session.toasts.show({ text: t('over', { for: this.#voice.lasting(length) }), icon: 'sos', for: 6000 });
    } else if (was) this.#session.toasts.refuse({ text: t('over.failed') });
    else if (rang) this.#session.toasts.show({ text: t('gone'), icon: 'right', for: 6000 });
  }

  /** Asks her what came of it, once; an answer from elsewhere is one. */
  #owe(assist: Assist): void {
    const others = this.#owed.filter(({ id }) => id !== assist.id);
    const owes = isIn({ ...assist, guestId: undefined }, this.#me) && !assist.conclusion && !this.#later.has(assist.id);
    this.#owed = owes ? [...others, assist] : others;
  }

  #drop(id: string): void {
    this.#over.add(id);
    this.#items = this.#items.filter((one) => one.id !== id);
    this.#ring(false);
  }

  /** Sounds while something rings and she is not in a call; opens her devices with the first ring, so that they are ready. */
  #ring(begun: boolean): void {
    const rings = this.ringing.length > 0 && !this.#call;
    if (!rings) {
      clearInterval(this.#ringing);
      this.#ringing = undefined;
      if (!this.#here && !this.checking) this.devices.close();
      return;
    }
    if (begun) this.#shownAt = Date.now();
    if (this.#ringing) return;
    const sound = () => this.#session.notifier.sound();
    const [first] = this.ringing;
    if (first) this.#session.notifier.called(first);
    this.#ringing = setInterval(sound, ringEveryMs);
    if (this.devices.checked) void this.devices.open();
  }

  get #me(): string {
    return this.#session.me?.member.id ?? '';
  }
}

/** The call this tab is in: a reload takes it up again, another tab leaves it alone. */
const tab = {
  get: (): string => {
    try {
      return sessionStorage.getItem(tabKey) ?? '';
    } catch {
      return '';
    }
  },
  set: (id: string): void => {
    try {
      sessionStorage.setItem(tabKey, id);
    } catch {
      // A reload then asks whether to take the call here.
    }
  },
};

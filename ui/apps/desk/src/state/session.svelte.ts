import {
  Api,
  isProblem,
  Live,
  type ChosenPresence,
  type Customer,
  type LiveState,
  type Me,
  type ServerFrame,
} from '@visavis/client';
import { I18n, Keys, ToastQueue } from '@visavis/kit';
import { deskEn } from '../strings/desk.en.ts';
import { deskFr } from '../strings/desk.fr.ts';
import { Actions } from './actions.svelte.ts';
import { Assists } from './assists.svelte.ts';
import { Attributes } from './attributes.svelte.ts';
import { Callbacks } from './callbacks.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Customers } from './customers.svelte.ts';
import { letIn } from './door.ts';
import { Drafts } from './drafts.svelte.ts';
import { Inbox } from './inbox.svelte.ts';
import { Incidents } from './incidents.svelte.ts';
import { Departures } from './leaving.svelte.ts';
import { LettersStore } from './letters.svelte.ts';
import { Mail } from './mail.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Notifier } from './notifier.svelte.ts';
import { Offers } from './offers.svelte.ts';
import { People } from './people.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { Presence } from './presence.svelte.ts';
import { Promises } from './promises.svelte.ts';
import { Readings } from './readings.svelte.ts';
import { Replies } from './replies.svelte.ts';
import { Route } from './route.svelte.ts';
import { Steps } from './steps.svelte.ts';
import { ThreadStore } from './thread.svelte.ts';
import { Views } from './views.svelte.ts';

/** starting: nothing known yet; entry: somebody must sign in (or set up); ready: at work; unreachable: no server. */
export type Phase = 'starting' | 'entry' | 'ready' | 'unreachable';

const mostThreads = 24;

/**
 * One person at work in one workspace: who she is, what she sees, what she may do. It owns the line to the server and hands every
 * frame to the part of the state it concerns; nothing else listens.
 */
export class Session {
  readonly api: Api;
  readonly live: Live;
  readonly i18n = new I18n({ fr: deskFr, en: deskEn }, browserLocale());
  readonly preferences = new Preferences();
  readonly keys = new Keys();
  readonly toasts = new ToastQueue();
  readonly route = new Route();
  readonly clock = new Clock();
  readonly people: People;
  readonly inbox: Inbox;
  readonly customers: Customers;
  readonly presence: Presence;
  readonly drafts = new Drafts();
  readonly replies: Replies;
  readonly departures: Departures;
  readonly actions: Actions;
  readonly notifier: Notifier;
  readonly notices: Notices;
  readonly promises: Promises;
  readonly steps: Steps;
  readonly offers: Offers;
  readonly assists: Assists;
  readonly callbacks: Callbacks;
  readonly mail: Mail;
  readonly readings: Readings;
  readonly incidents: Incidents;
  readonly attributes: Attributes;
  readonly views: Views;

  #phase = $state<Phase>('starting');
  #me = $state.raw<Me | null>(null);
  #line = $state<LiveState>('connecting');
  #lostAt = $state(0);
  #threads = new Map<string, ThreadStore>();
  #letters = new Map<string, LettersStore>();
  /** How the last session ended, for the sign-in page. */
  #after = $state<'left' | 'ended' | undefined>(undefined);
  #setUpNeeded = $state(false);
  #palette = $state(false);
  #help = $state(false);
  #beginning = $state.raw<{ to?: Customer } | undefined>(undefined);

  constructor(api = new Api(), live = new Live()) {
    this.api = api;
    this.live = live;
    this.people = new People(api);
    this.inbox = new Inbox(api, () => ({
      memberId: this.#me?.member.id ?? '',
      teamIds: this.member?.teamIds ?? [],
      now: this.clock.read(),
      order: this.preferences.order,
    }));
    this.customers = new Customers(api, (conversation) => this.inbox.take(conversation));
    this.presence = new Presence(() => this.#me?.member.id ?? '');
    this.replies = new Replies(this);
    this.departures = new Departures(this);
    this.actions = new Actions(this);
    this.notifier = new Notifier(this);
    this.notices = new Notices(api);
    this.promises = new Promises(api);
    this.steps = new Steps(this);
    this.offers = new Offers(this);
    this.assists = new Assists(this);
    this.callbacks = new Callbacks(this);
    this.mail = new Mail(api);
    this.readings = new Readings(this);
    this.incidents = new Incidents(this);
    this.attributes = new Attributes(api);
    this.views = new Views(this);
    if (this.preferences.locale) this.i18n.locale = this.preferences.locale;
    api.onsignedout = () => this.#ended();
    live.onended = () => this.#ended();
    live.on((frame) => this.#frame(frame));
    live.onstate((state) => this.#lineChanged(state));
  }

  get phase(): Phase {
    return this.#phase;
  }
  get me(): Me | null {
    return this.#me;
  }
  /** Herself as the workspace knows her now. */
  get member() {
    return this.people.member(this.#me?.member.id) ?? this.#me?.member;
  }
  get line(): LiveState {
    return this.#line;
  }
  get lostAt(): number {
    return this.#lostAt;
  }
  get after(): 'left' | 'ended' | undefined {
    return this.#after;
  }
  get setUpNeeded(): boolean {
    return this.#setUpNeeded;
  }
  get palette(): boolean {
    return this.#palette;
  }
  set palette(open: boolean) {
    this.#palette = open;
  }
  get help(): boolean {
    return this.#help;
  }
  set help(open: boolean) {
    this.#help = open;
  }

  /** The sheet on which she writes to somebody first, while it is open; `to` when it was opened for one customer. */
  get beginning(): { to?: Customer } | undefined {
    return this.#beginning;
  }
  set beginning(open: { to?: Customer } | undefined) {
    this.#beginning = open;
  }

  /** Finds out who is here. */
  start = async (): Promise<void> => {
    this.#phase = 'starting';
    try {
      await this.enter(await this.api.get('/me'));
    } catch (error) {
      if (isProblem(error) && error.status === 401) {
        this.#setUpNeeded = await this.api.get('/setup').then(
          ({ needed }) => needed,
          () => false,
        );
        this.#phase = 'entry';
      } else this.#phase = 'unreachable';
    }
  };

  /** She is known: read what her first screen needs, then follow the line from there. */
  enter = async (me: Me): Promise<void> => {
    this.#me = me;
    this.#after = undefined;
    this.takeMe(me);
    this.people.take(me.member);
    const first = this.inbox.window(this.route.list);
    await Promise.all([this.people.load(), first.load(), this.inbox.count()]);
    this.#phase = 'ready';
    this.replies.open(me.member.id);
    this.live.connect(first.seq || undefined);
    void this.notices.load();
    void this.offers.load();
    void this.assists.load();
    void this.callbacks.load();
    void this.mail.load();
    void this.readings.load();
    void this.incidents.load();
    void this.attributes.load();
    void this.views.start();
  };

  /** Her own record changed (name, language, face). */
  takeMe(me: Me): void {
    this.#me = me;
    this.i18n.locale = me.member.locale;
    this.i18n.zone = me.member.zone || undefined;
    this.preferences.locale = me.member.locale;
    document.documentElement.lang = me.member.locale;
  }

  signOut = async (): Promise<void> => {
    await this.api.delete('/session').catch(() => undefined);
    this.#leave('left');
  };

  /** Ends her session for somebody else who came to this page by a link, and leaves the page where it is. */
  makeWay = async (): Promise<void> => {
    await this.api.delete('/session');
    this.drafts.forget();
    this.#leave(undefined);
  };

  /** What she says of herself; on a break, when she will be back, if she knows. */
  async setPresence(presence: ChosenPresence, backAt?: string): Promise<void> {
    const id = this.#me?.member.id;
    if (!id) return;
    const { presence: before = 'available', backAt: backBefore } = this.member ?? {};
    this.people.setPresence(id, presence, backAt);
    try {
      await this.api.put('/me/presence', { presence, ...(backAt ? { backAt } : {}) });
    } catch {
      this.people.setPresence(id, before, backBefore);
      this.toasts.refuse({ text: this.i18n.t('refused.presence') });
    }
  }

  /** The words of a conversation; the ones read least recently are forgotten. */
  thread(id: string): ThreadStore {
    const known = this.#threads.get(id) ?? new ThreadStore(id, this.api);
    this.#threads.delete(id);
    this.#threads.set(id, known);
    for (const old of this.#threads.keys()) {
      if (this.#threads.size <= mostThreads) break;
      this.#forgetThread(old);
    }
    return known;
  }
  /** The letters of a conversation, as long as its words are known. */
  letters(id: string): LettersStore {
    const known = this.#letters.get(id) ?? new LettersStore(id, this.api);
    this.#letters.set(id, known);
    return known;
  }
  #forgetThread(id: string): void {
    this.#threads.delete(id);
    this.#letters.delete(id);
  }
  knownThread(id: string): ThreadStore | undefined {
    return this.#threads.get(id);
  }

  #frame(frame: ServerFrame): void {
    this.presence.accept(frame);
    this.assists.accept(frame);
    switch (frame.type) {
      case 'welcome':
        this.clock.set(frame.now);
        break;
      case 'visitor':
        this.inbox.setHere(frame.customerId, frame.here);
        break;
      case 'event': {
        const { event } = frame;
        letIn(event, this);
        this.people.accept(event);
        this.inbox.accept(event);
        this.customers.accept(event);
        for (const letters of this.#letters.values()) letters.accept(event);
        if ('message' in event && event.message) {
          this.#threads.get(event.message.conversationId)?.take(event.message);
          this.replies.arrived(event.message.clientId);
        }
        this.notifier.accept(event);
        this.notices.accept(event);
        this.mail.accept(event);
        this.incidents.accept(event);
        this.views.accept(event);
        if (event.type === 'member.changed' && event.member && event.member.id === this.#me?.member.id)
          this.#itIsMe(event.member);
        break;
      }
      case 'reload':
        void this.#reload();
        break;
      default:
    }
  }

  #itIsMe(member: Me['member']): void {
    const me = this.#me;
    if (!me) return;
    const teams = me.member.teamIds.join() !== member.teamIds.join();
    this.takeMe({ ...me, member: { ...me.member, ...member } });
    if (teams) void this.inbox.reload();
  }

  async #reload(): Promise<void> {
    await Promise.allSettled([
      this.people.load(),
      this.inbox.reload(),
      this.notices.load(),
      this.offers.load(),
      this.assists.load(),
      this.callbacks.load(),
      this.mail.load(),
      this.readings.load(),
      this.incidents.load(),
      this.attributes.load(),
      this.views.start(),
    ]);
    const open = this.route.conversationId;
    for (const [id, thread] of [...this.#threads]) {
      if (id === open) void thread.refresh();
      else this.#forgetThread(id);
    }
    if (!open) return;
    const letters = this.#letters.get(open);
    await Promise.allSettled([
      this.inbox.fetchOne(open),
      this.steps.load(open),
      this.promises.load(open),
      letters?.load(),
    ]);
  }

  #lineChanged(state: LiveState): void {
    this.#line = state;
    this.#lostAt = this.live.lostAt;
    if (state === 'online') void this.replies.flush();
    else this.presence.forget();
  }

  #ended(): void {
    if (this.#phase === 'ready') this.#leave('ended');
  }

  /** Nothing of hers stays in memory: the page starts afresh. */
  #leave(after: 'left' | 'ended' | undefined): void {
    this.live.close();
    this.notices.forget();
    this.offers.forget();
    this.assists.forget();
    this.mail.forget();
    this.readings.forget();
    this.incidents.forget();
    this.views.forget();
    this.#beginning = undefined;
    this.#after = after;
    this.#me = null;
    this.#phase = 'entry';
    this.#threads.clear();
    this.#letters.clear();
    if (after === 'left') {
      this.drafts.forget();
      this.route.go('#/signin', { replace: true });
    }
  }
}

function browserLocale(): 'fr' | 'en' {
  return typeof navigator !== 'undefined' && navigator.language.startsWith('en') ? 'en' : 'fr';
}

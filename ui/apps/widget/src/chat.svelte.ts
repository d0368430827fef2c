import type { HostPage } from '@visavis/client/embed.ts';
import type { Live } from '@visavis/client/live.ts';
import { Outbox, type Pending } from '@visavis/client/outbox.ts';
import { isProblem } from '@visavis/client/problem.ts';
import type {
  Attachment,
  ServerFrame,
  VisitorChannel,
  VisitorConversation,
  VisitorEvent,
  VisitorMessage,
  VisitorWritten,
} from '@visavis/client/types.ts';
import type { Waiting } from './entries';
import type { Files } from './files.svelte';
import { more } from './later.svelte';
import type { Session } from './session.svelte';
import type { Store } from './store';
import { Thread, type Page } from './thread.svelte';

/** What an outgoing message is made of; `files` is only for showing it while it waits. */
interface Words {
  conversationId?: string | undefined;
  text: string;
  attachmentIds: string[];
  files: Waiting['files'];
  page?: HostPage | undefined;
}
export interface Typist {
  name: string;
  face: string;
}

/** The line a chat listens to: the live socket, or a test's. */
export type Line = Pick<Live<VisitorEvent>, 'on' | 'onstate' | 'connect' | 'close' | 'typing' | 'page' | 'state'> & {
  onended: ((code: number) => void) | undefined;
};

const typingFor = 6000;
const probeEvery = 10_000;

/**
 * One visitor's chat: the conversation on screen, what is on its way, and the line that brings the answers.
 *
 * Answers of the API and live events end in the same three places (`Session.put`, `Thread.take`, `Session.take`), so
 * nothing is shown twice whatever arrives first. What she wrote stays on this computer until the server has it.
 */
export class Chat {
  readonly session: Session;
  readonly #store: Store;
  readonly #makeLine: () => Promise<Line>;
  #line: Line | undefined;
  #files = $state.raw<Files | undefined>(undefined);
  readonly #outbox: Outbox<Words, VisitorWritten>;
  #look = $state.raw<VisitorChannel | undefined>(undefined);
  #looks = 0;
  /** Which look is shown. */
  #shown = 0;
  /** What the line said of the team last, and how often had been asked by then: an answer to an older question knows less. */
  #news: { asked: number; told?: Partial<VisitorChannel> } = { asked: 0 };
  #current = $state<string | undefined>(undefined);
  #thread = $state.raw<Thread | undefined>(undefined);
  #pending = $state.raw<readonly Pending<Words>[]>([]);
  #typist = $state.raw<Typist | undefined>(undefined);
  #typistTimer: ReturnType<typeof setTimeout> | undefined;
  #unreachable = $state(false);
  #probing: ReturnType<typeof setTimeout> | undefined;
  #welcomed = false;
  /** She asked for a new conversation: the newest old one does not push itself forward. */
  #fresh = false;
  #open = $state(false);
  #draft = $state('');
  view = $state<'talk' | 'past' | 'leave' | 'call'>('talk');
  /** Told of what the line says, while there is a live assistance. */
  onassist: ((frame: ServerFrame<VisitorEvent>) => void) | undefined;

  constructor(session: Session, store: Store, makeLine?: () => Promise<Line>) {
    this.session = session;
    this.#store = store;
    this.#draft = store.get('draft') ?? '';
    this.#makeLine =
      makeLine ?? (async () => new (await more.get()).Live<VisitorEvent>({ visitor: () => session.token }));
    session.onother = () => this.#forget();
    this.#outbox = new Outbox<Words, VisitorWritten>({
      key: 'out',
      shelf: { getItem: (key) => store.get(key), setItem: (key, value) => store.set(key, value) },
      send: (pending) => this.#send(pending),
      onsent: (_pending, { message, conversation }) => this.#sent(message, conversation),
      onchange: (items) => (this.#pending = items),
    });
    this.#pending = this.#outbox.items;
  }

  // What is shown ----------------------------------------------------------------------

  get look(): VisitorChannel | undefined {
    return this.#look;
  }
  get thread(): Thread | undefined {
    return this.#thread;
  }
  get conversation(): VisitorConversation | undefined {
    return this.session.conversations.find((one) => one.id === this.#current);
  }
  get typist(): Typist | undefined {
    return this.#typist;
  }
  get offline(): boolean {
    return this.#unreachable;
  }
  get open(): boolean {
    return this.#open;
  }
  /** Words of this conversation on their way. Those of a first message have no conversation yet. */
  get waiting(): readonly Waiting[] {
    const known = this.session.conversations;
    return this.#pending
      .filter(({ body }) =>
        known.some((one) => one.id === body.conversationId)
          ? body.conversationId === this.#current
          : !this.#current || this.#current === known[0]?.id,
      )
      .map(({ clientId, body, writtenAt, state, code }) => ({
        clientId,
        text: body.text,
        files: body.files,
        at: writtenAt,
        state: state === 'sending' && this.#unreachable ? 'waiting' : state,
        why: code,
      }));
  }
  get onTheWay(): number {
    return this.#pending.filter((item) => item.state !== 'refused').length;
  }
  /** Messages of members she has not seen. A conversation that is not loaded counts as one. */
  get unread(): number {
    return this.session.conversations.reduce((sum, one) => {
      if (one.lastPosition <= one.readPosition) return sum;
      if (one.id !== this.#thread?.id || this.#thread.state !== 'ready') return sum + 1;
      return (
        sum +
        this.#thread.messages.filter(
          (m) => m.position > one.readPosition && m.author.kind === 'member' && (!m.line || m.text),
        ).length
      );
    }, 0);
  }
  get files(): Files | undefined {
    return this.#files;
  }
  get draft(): string {
    return this.#draft;
  }
  set draft(text: string) {
    this.#draft = text;
    if (text) this.#store.set('draft', text);
    else this.#store.remove('draft');
  }

  // What she does ----------------------------------------------------------------------

  /** Learns how the channel looks, again and again until it answers; then what this browser already knows. */
  async start(): Promise<void> {
    for (;;) {
      try {
        await this.#see();
        break;
      } catch (error) {
        if (isProblem(error) && !error.passing) return; // no such channel: nothing to show
        await new Promise((resolve) => setTimeout(resolve, probeEvery));
      }
    }
    if (this.session.token) await this.#join();
    void this.#outbox.flush();
  }

  /** The chat comes into sight. */
  show(): void {
    this.#open = true;
    void more.get().catch(ignore);
    this.seen();
    if (this.session.unproved) return void this.#become(() => this.session.ensure()).then(() => this.lookAgain());
    if (this.#thread && this.#thread.state !== 'ready') void this.#loadThread();
    this.lookAgain();
  }
  /** Who is here may have changed, and an hour that was promised a while ago is not the one that is promised now. */
  lookAgain(): void {
    if ((this.#open || this.#calls) && !document.hidden) void this.#become(() => this.#see());
  }
  /** Whether a person could be called here, on some page or at some hour. */
  get #calls(): boolean {
    return !!this.#look && this.#look.assistWhy !== 'off';
  }
  hide(): void {
    this.#open = false;
    this.typing(false);
  }

  /** A proof that decides whether a person can be called is shown to the server at once, any other when it is needed. */
  async identify(jwt: string): Promise<void> {
    const { token } = this.session;
    await this.#become(() => this.session.identify(jwt, this.#open || this.#look?.assistWhy === 'whom'));
    if (this.session.token !== token) this.lookAgain();
  }

  /** `elsewhere`: in another tab. */
  async logout(elsewhere = false): Promise<void> {
    await (elsewhere ? this.session.left() : this.session.logout());
    this.lookAgain();
  }

  page(page: HostPage): void {
    const moved = this.session.page?.url !== page.url;
    this.session.page = page;
    if (moved) this.lookAgain();
    this.#line?.page(page.url, page.title);
  }

  /** Sends what is in the field. It is on its way, and safe, before this returns. */
  send(): boolean {
    const text = this.#draft.trim();
    if (this.#files?.busy || (!text && !this.#files?.items.some((item) => item.attachment))) return false;
    const attachments = this.#files?.take() ?? [];
    this.typing(false);
    this.#outbox.add(this.#current ?? 'new', {
      conversationId: this.#current,
      text,
      attachmentIds: attachments.map((one) => one.id),
      files: attachments.map(({ id, name, size }) => ({ id, name, size })),
      page: this.session.page,
    });
    this.draft = '';
    return true;
  }
  again(clientId: string): void {
    this.#outbox.retry(clientId);
  }
  /** Takes refused words back into the field, so that they can be changed. */
  takeBack(clientId: string): void {
    const words = this.#outbox.drop(clientId)?.body.text;
    if (words) this.draft = this.#draft ? `${words}\n${this.#draft}` : words;
  }

  typing(on: boolean): void {
    if (this.#current) this.#line?.typing(this.#current, on);
  }

  async attach(files: File[]): Promise<void> {
    const { Files } = await more.get();
    this.#files ??= new Files((file, onprogress, signal) => this.#upload(file, onprogress, signal));
    this.#files.add(files);
  }

  /** Everything on screen has been read. */
  seen(): void {
    const now = this.conversation;
    const last = this.#thread?.last ?? 0;
    if (!this.#open || !now || this.#thread?.id !== now.id || last <= now.readPosition || document.hidden) return;
    this.session.put({ ...now, readPosition: last });
    void this.session.api.post(`/visitor/conversations/${now.id}/read`, { position: last }).catch(ignore);
  }

  pick(id: string | undefined): void {
    this.view = 'talk';
    this.#fresh = !id;
    if (id === this.#current) return;
    this.#current = id;
    this.#typist = undefined;
    this.#thread = id ? new Thread(id, (at) => this.#ask(id, at)) : undefined;
    if (id) void this.#loadThread();
  }

  /** A session, and the line on which an answer comes. */
  async reach(): Promise<void> {
    await this.session.ensure();
    void this.#connect().catch(ignore);
  }

  /** Shows a conversation that began elsewhere than in the field. */
  async turnTo(id: string): Promise<void> {
    if (!this.session.conversations.some((one) => one.id === id)) await this.session.refresh().catch(ignore);
    this.pick(id);
  }

  /** A file's address lives for minutes; this is a fresh one. */
  attachment(id: string): Promise<Attachment> {
    return this.session.api.get(`/visitor/attachments/${id}`);
  }

  reload(): void {
    void this.#loadThread();
  }

  // What happens -----------------------------------------------------------------------

  /** Looks at the channel as whoever is here, once more if that is somebody else by then. An older look never replaces a newer one. */
  async #see(): Promise<void> {
    const asked = ++this.#looks;
    const { token } = this.session;
    const look = await this.session.look();
    if (asked < this.#shown) return;
    this.#shown = asked;
    this.#look = asked > this.#news.asked ? look : { ...look, ...this.#news.told };
    if (look.assistWhy === 'whom' && this.session.unproved) await this.session.ensure().catch(ignore);
    if (this.session.token !== token && this.#calls) await this.#see();
  }

  /** Does what may make her somebody to the server, and joins if it did. */
  async #become(does: () => Promise<void>): Promise<void> {
    const had = this.session.token;
    await does().catch(ignore);
    if (this.session.token && this.session.token !== had) await this.#join();
  }

  /** Reads what the server knows of us and opens the line. */
  async #join(): Promise<void> {
    void this.#connect().catch(ignore);
    await this.#refresh();
  }

  async #connect(): Promise<void> {
    if (!this.#line) {
      const line = await this.#makeLine();
      if (this.#line) return;
      this.#line = line;
      line.on((frame) => this.#hear(frame));
      line.onstate((state) => (state === 'online' ? this.#back() : this.#probe(0)));
      // Who is known all the same has another session by now, under which the line opens again.
      line.onended = (code) => void this.#refresh().then(() => (code === 4401 ? this.#connect() : undefined));
    }
    if (this.session.token) this.#line.connect();
  }

  async #refresh(): Promise<void> {
    try {
      await this.session.refresh();
      this.#unreachable = false;
      const newest = this.session.conversations[0];
      if (!this.session.token) this.#clear();
      else if (!this.#current && newest && !this.#fresh) this.pick(newest.id);
      else await this.#loadThread();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #loadThread(): Promise<void> {
    const thread = this.#thread;
    const now = this.conversation;
    if (!thread || (!this.#open && now && now.lastPosition <= now.readPosition && thread.state !== 'ready')) return;
    try {
      await thread.load();
      this.seen();
    } catch (error) {
      this.#failed(error);
    }
  }

  #ask(id: string, at: { before?: number; after?: number }): Promise<Page> {
    return this.session.api.get(`/visitor/conversations/${id}/messages`, at);
  }

  async #send({ clientId, body }: Pending<Words>): Promise<VisitorWritten> {
    try {
      const had = this.session.token;
      await this.session.ensure();
      if (!had) void this.#connect().catch(ignore);
      const { conversationId, text, attachmentIds, page } = body;
      // After a session that ended, the old conversation is not ours any more: the words begin a new one.
      const known = this.session.conversations.some((one) => one.id === conversationId) ? { conversationId } : {};
      const written = await this.session.api.post(
        '/visitor/messages',
        { ...known, text, attachmentIds, clientId, ...(page ? { page } : {}) },
        { key: clientId },
      );
      this.#unreachable = false;
      return written;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  #sent(message: VisitorMessage, conversation: VisitorConversation): void {
    this.session.put(conversation);
    if (!this.#current) this.pick(conversation.id);
    this.#thread?.take([message]);
    this.seen();
  }

  async #upload(file: File, onprogress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
    try {
      await this.session.ensure();
      return await this.session.api.upload('/visitor/attachments', file, { onprogress, signal });
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      throw error;
    }
  }

  #hear(frame: ServerFrame<VisitorEvent>): void {
    this.onassist?.(frame);
    switch (frame.type) {
      case 'welcome':
        // What was said between the first reading and this welcome is in neither: read once more.
        if (!this.#welcomed) void this.#refresh();
        else this.lookAgain(); // news of the team is told once, and not to a line that was cut
        this.#welcomed = true;
        if (this.session.page) this.page(this.session.page);
        return;
      case 'reload':
        void this.#refresh();
        return;
      case 'event':
        this.#happened(frame.event);
        return;
      case 'typing':
        if (frame.conversationId === this.#current && frame.author.kind === 'member')
          this.#types(frame.on ? { name: frame.author.firstName ?? '', face: frame.author.face ?? '' } : undefined);
        return;
      case 'standing':
        return this.session.stand(frame.conversationId, frame.queue);
      case 'team':
        this.#news = {
          asked: this.#looks,
          told: { here: frame.here, team: frame.team, incident: frame.incident ?? undefined },
        };
        if (this.#look) this.#look = { ...this.#look, ...this.#news.told };
        if (this.#look?.assistVaries) this.lookAgain();
        return;
      default: // meant for members, or answered by the line itself
    }
  }

  #happened(event: VisitorEvent): void {
    if (event.type === 'customer.changed') return this.session.take(event.visitor);
    if ('assist' in event) return; // told above
    this.session.put(event.conversation);
    if (!('message' in event)) return; // read, promised, a step of the work
    if (!this.#current && !this.#fresh) this.pick(event.conversation.id);
    this.#thread?.take([event.message]);
    if (event.type === 'message.sent') this.#types(undefined);
    this.seen();
  }

  #types(typist: Typist | undefined): void {
    clearTimeout(this.#typistTimer);
    this.#typist = typist;
    if (typist) this.#typistTimer = setTimeout(() => (this.#typist = undefined), typingFor);
  }

  #failed(error: unknown): void {
    if (isProblem(error) && error.status === 0 && error.code !== 'cancelled') {
      this.#unreachable = true;
      this.#probe(probeEvery);
    }
  }

  /** Asks whether the server can be reached. A network that forbids sockets still carries the chat this way. */
  #probe(after: number): void {
    clearTimeout(this.#probing);
    this.#probing = setTimeout(() => {
      if (this.#line?.state === 'online' || (!this.session.token && !this.#unreachable)) return;
      const was = this.#unreachable;
      void (
        this.session.token ? this.#refresh() : this.session.look().then(() => (this.#unreachable = false), ignore)
      ).then(() => {
        if (was && !this.#unreachable) this.#back();
        if (this.#open || this.#unreachable) this.#probe(probeEvery);
      });
    }, after);
  }

  #back(): void {
    this.#unreachable = false;
    void this.#outbox.flush();
    this.#files?.resume();
    if (this.session.token) void this.#connect().catch(ignore);
  }

  /** The session is over: an empty screen, while what waits to be sent stays and leaves under a new one. */
  #clear(): void {
    this.#line?.close();
    this.#welcomed = false;
    this.#current = undefined;
    this.#thread = undefined;
    this.#types(undefined);
    this.view = 'talk';
  }

  /** Another person is here now: nothing of the one before remains, sent or unsent. */
  #forget(): void {
    for (const { clientId } of this.#outbox.items) this.#outbox.drop(clientId);
    this.#files?.clear();
    this.draft = '';
    this.#clear();
  }
}

function ignore(): void {
  // Said elsewhere: the strip shows a lost network, and what matters is tried again.
}

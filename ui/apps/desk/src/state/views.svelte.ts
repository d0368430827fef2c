import { isProblem, type Event, type SavedView, type ViewList } from '@visavis/client';
import type { IconName } from '@visavis/kit';
import { viewWords } from '../list/words.ts';
import { isFiltered, type ReadingFilter } from '../reading/filter.ts';
import { listHash, readPlace, type ListPlace } from './route.svelte.ts';
import type { Session } from './session.svelte.ts';

/** With whom a view is shared. */
export type Sharing = Pick<SavedView, 'sharing' | 'teamId'>;

const longestName = 80;

/** The list of a view as the desk shows it. */
export function placeOf({ view, teamId, state, reason, mood, dissatisfied, urgency }: ViewList): ListPlace {
  const filter: ReadingFilter = {
    ...(reason ? { reason } : {}),
    ...(mood ? { mood } : {}),
    ...(dissatisfied ? { dissatisfied: true as const } : {}),
    ...(urgency ? { urgency } : {}),
  };
  return { view, teamId: teamId || null, state: state ?? 'open', filter };
}
export function listOf({ view, teamId, state, filter }: ListPlace): ViewList {
  return { view, ...(teamId ? { teamId } : {}), state, ...filter };
}
export const hashOf = ({ list }: Pick<SavedView, 'list'>): string => listHash(placeOf(list));

/** A star for her own; what is shared has a sign that nothing else beside it has. */
export const iconOf = ({ sharing }: Pick<SavedView, 'sharing'>): IconName => (sharing === 'own' ? 'star' : 'filter');

/**
 * Lists under a name: her own, and those that are shared with her. The server keeps them; what she does shows at once and is taken back when
 * it is refused.
 */
export class Views {
  readonly #session: Session;
  readonly #voice;
  #items = $state.raw<readonly SavedView[]>([]);
  #counts = $state.raw<ReadonlyMap<string, string>>(new Map());
  #soon: ReturnType<typeof setTimeout> | undefined;
  #counting: ReturnType<typeof setTimeout> | undefined;
  /** What she does is sent in the order in which she did it. */
  #sending: Promise<unknown> = Promise.resolve();
  #pending = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(viewWords);
  }

  /** Her own in her order, then the shared ones. */
  get all(): readonly SavedView[] {
    return this.#items;
  }
  get own(): readonly SavedView[] {
    return this.#items.filter(({ sharing }) => sharing === 'own');
  }
  get shared(): readonly SavedView[] {
    return this.#items.filter(({ sharing }) => sharing !== 'own');
  }
  /** The view of a list, hers before one that is shared. */
  of(list: ListPlace): SavedView | undefined {
    if (!isFiltered(list.filter) && list.state === 'open') return undefined; // such a list has a name of its own
    const hash = listHash(list);
    return this.#items.find((view) => hashOf(view) === hash);
  }
  /** How many conversations it shows, as it is written; "" for none, or while nobody counted. */
  countOf({ id }: SavedView): string {
    return this.#counts.get(id) ?? '';
  }
  /** Whether she may make views for others. */
  get shares(): boolean {
    return this.#session.member !== undefined && this.#session.member.role !== 'agent';
  }

  /** Reads them; what this browser kept before the server did is taken over first. */
  start = async (): Promise<void> => {
    await this.load();
    await this.#takeOver();
    await this.count();
  };

  load = async (): Promise<void> => {
    try {
      const { items } = await this.#session.api.get('/views');
      if (this.#pending === 0) this.#items = items;
    } catch {
      // What was known stays: it is read again with the next reload.
    }
  };

  count = async (): Promise<void> => {
    if (this.#items.length === 0) return;
    try {
      const { items } = await this.#session.api.get('/views/counts');
      this.#counts = new Map(items.map(({ id, count, more }) => [id, written(count, more)]));
    } catch {
      // The numbers stay as they were; the strip says when the line is cut.
    }
  };

  forget(): void {
    clearTimeout(this.#soon);
    clearTimeout(this.#counting);
    this.#counting = undefined;
    this.#items = [];
    this.#counts = new Map();
  }

  /** Counting looks at conversations one by one: in a rush it is done every ten seconds. */
  accept(event: Event): void {
    switch (event.type) {
      case 'view.changed':
        if (event.viewId) this.#again();
        break;
      case 'team.changed':
      case 'team.deleted':
        this.#again();
        break;
      case 'member.changed':
        if (event.member?.id === this.#session.me?.member.id) this.#again();
        break;
      default:
        if ('conversation' in event && event.conversation && this.#items.length > 0)
          this.#counting ??= setTimeout(() => {
            this.#counting = undefined;
            void this.count();
          }, 10_000);
    }
  }
  /** Several changes at once are read once. */
  #again(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.load().then(this.count), 200);
  }

  /** Keeps a list as a view of her own. */
  keep(list: ListPlace, name: string): void {
    const { t } = this.#voice;
    const view = this.#provisional(listOf(list), name);
    const made = this.#make(view, this.own.at(-1)?.id);
    this.#session.toasts.show({
      text: t('kept', { name: view.name }),
      icon: 'star',
      undo: async () => {
        const kept = await made;
        if (kept) await this.#delete(kept);
      },
    });
  }

  delete(view: SavedView): void {
    const { t } = this.#voice;
    const after = this.#before(view);
    void this.#delete(view);
    this.#session.toasts.show({
      text: t('forgotten', { name: view.name }),
      icon: 'trash',
      undo: async () => void (await this.#make({ ...view, id: '' }, after)),
    });
  }

  rename(view: SavedView, name: string): void {
    const clean = name.trim().slice(0, longestName);
    if (!clean || clean === view.name) return;
    const renamed = this.#change(view, { name: clean }, { name: clean });
    this.#session.toasts.show({
      text: this.#voice.t('renamed', { name: clean }),
      icon: 'pen',
      undo: async () => {
        const now = await renamed;
        if (now) await this.#change(now, { name: view.name }, { name: view.name });
      },
    });
  }

  share(view: SavedView, { sharing, teamId }: Sharing): void {
    const { t } = this.#voice;
    const send = (one: SavedView, to: Sharing, place: { afterId?: string } = {}) =>
      this.#change(
        one,
        { sharing: to.sharing, teamId: to.teamId },
        { sharing: to.sharing, teamId: to.teamId ?? '', ...place },
      );
    const afterId = this.#before(view);
    const team = this.#session.people.team(teamId)?.name ?? '';
    const shared = send(view, { sharing, teamId });
    this.#session.toasts.show({
      text: t(`shared.${sharing}`, { name: view.name, team }),
      icon: 'users',
      undo: async () => {
        const now = await shared;
        if (now) await send(now, view, { afterId });
      },
    });
  }

  /** Moves a view by one place among those that it stands with; says whether it could. */
  canMove(view: SavedView, by: 1 | -1): boolean {
    const among = this.#together(view);
    return among[among.indexOf(view) + by] !== undefined;
  }
  move(view: SavedView, by: 1 | -1): void {
    const among = this.#together(view);
    const at = among.indexOf(view);
    const beside = among[at + by];
    if (!beside) return;
    const afterId = (by > 0 ? beside : among[at - 2])?.id ?? '';
    const before = this.#items;
    this.#items = before.map((one) => (one === view ? beside : one === beside ? view : one));
    void this.#send(view, { afterId }, before);
  }

  /** Those among which a view stands. */
  #together({ sharing }: SavedView): readonly SavedView[] {
    return sharing === 'own' ? this.own : this.shared;
  }
  /** The one that a view stands behind; "" for the first. */
  #before(view: SavedView): string {
    const among = this.#together(view);
    return among[among.indexOf(view) - 1]?.id ?? '';
  }
  #provisional(list: ViewList, name: string): SavedView {
    const ownerId = this.#session.me?.member.id;
    const clean = name.trim().slice(0, longestName);
    return {
      id: '',
      name: clean,
      sharing: 'own',
      list,
      mayChange: true,
      version: 0,
      createdAt: '',
      ...(ownerId ? { ownerId } : {}),
    };
  }

  /** Shows a new view behind another, and has it kept. */
  #make(view: SavedView, afterId: string | undefined): Promise<SavedView | undefined> {
    const at = this.#items.findIndex(({ id }) => id === afterId) + 1;
    const first = this.#items.indexOf(this.#together(view)[0] ?? view);
    const place = at > 0 ? at : view.sharing === 'own' ? 0 : Math.max(first, this.own.length);
    this.#items = [...this.#items.slice(0, place), view, ...this.#items.slice(place)];
    const { name, sharing, teamId, list } = view;
    return this.#queue(async () => {
      try {
        const kept = await this.#session.api.post('/views', {
          name,
          sharing,
          list,
          ...(teamId ? { teamId } : {}),
          ...(afterId === undefined ? {} : { afterId }),
        });
        this.#items = this.#items.map((one) => (one === view ? kept : one));
        return kept;
      } catch (cause) {
        this.#items = this.#items.filter((one) => one !== view);
        this.#refuse(cause);
        return undefined;
      }
    });
  }

  #delete(view: SavedView): Promise<void> {
    const before = this.#items;
    this.#items = before.filter(({ id }) => id !== view.id);
    return this.#queue(async () => {
      try {
        await this.#session.api.delete(`/views/${view.id}`);
      } catch (cause) {
        if (isProblem(cause) && cause.status === 404) return;
        this.#items = before;
        this.#refuse(cause);
      }
    });
  }

  #change(view: SavedView, shown: Partial<SavedView>, sent: object): Promise<SavedView | undefined> {
    const before = this.#items;
    this.#items = before.map((one) => (one.id === view.id ? { ...one, ...shown } : one));
    return this.#send(view, sent, before);
  }
  /** Sends a change by the version that is known then: what she does fast overtakes no answer of her own. */
  #send(view: SavedView, sent: object, before: readonly SavedView[]): Promise<SavedView | undefined> {
    return this.#queue(async () => {
      const version = this.#items.find(({ id }) => id === view.id)?.version ?? view.version;
      try {
        const kept = await this.#session.api.patch(`/views/${view.id}`, { ...sent, version });
        this.#items = this.#items.map((one) => (one.id === view.id ? kept : one));
        return kept;
      } catch (cause) {
        this.#items = before;
        this.#refuse(cause);
        return undefined;
      }
    });
  }
  /** Sends one thing after another; when the last is answered, all are read as they stand. */
  #queue<T>(send: () => Promise<T>): Promise<T> {
    this.#pending++;
    const sent = this.#sending.then(send);
    this.#sending = sent.then(() => {
      if (--this.#pending === 0) return this.load().then(this.count);
    });
    return sent;
  }

  #refuse(cause: unknown): void {
    const { t } = this.#voice;
    const stale = isProblem(cause, 'view_changed') || (isProblem(cause) && cause.status === 404);
    const why = stale ? 'refused.changed' : isProblem(cause, 'too_many') ? 'refused.many' : 'refused';
    this.#session.toasts.refuse({ text: t(why) });
  }

  /**
   * Views that this browser kept before the server did become her own there, once for each member who works at it. One that cannot be sent
   * now is sent the next time; one that shows a list which is no more is left where it is.
   */
  async #takeOver(): Promise<void> {
    const { api, me, preferences } = this.#session;
    const id = me?.member.id;
    if (!id || preferences.views.length === 0 || preferences.taken.includes(id)) return;
    let whole = true;
    for (const { name, hash } of preferences.views) {
      const place = readPlace(hash);
      if (place.room !== 'inbox' || this.own.some((view) => hashOf(view) === listHash(place.list))) continue;
      try {
        const view = this.#provisional(listOf(place.list), name);
        // Two windows that open at once keep it once.
        const kept = await api.post(
          '/views',
          { name: view.name, sharing: 'own', list: view.list },
          { key: `view${hash}`.slice(0, 100) },
        );
        this.#items = [...this.own, kept, ...this.shared];
      } catch (cause) {
        whole &&= isProblem(cause) && cause.status === 422;
      }
    }
    if (whole) preferences.taken = [...preferences.taken, id];
  }
}

function written(count: number, more: boolean): string {
  if (count === 0 && !more) return '';
  return count >= 1000 ? '999+' : `${count}${more ? '+' : ''}`;
}

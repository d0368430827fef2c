import type { Api } from '@visavis/client';
import {
  plus,
  type Action,
  type Board,
  type Contacts,
  type Fresh,
  type Plan,
  type Rate,
  type Searched,
} from './figures.ts';

export type Phase = 'loading' | 'ready' | 'failed';
export type Period = '7' | '28' | '91' | '364' | 'own';

/** Why customers contact us: what is asked for, what was counted, what lies behind one figure, and what is done about it. */
export class ReasonRoom {
  readonly #api: Api;
  readonly #today: string;
  period = $state<Period>('28');
  from = $state('');
  to = $state('');
  channelId = $state('');
  language = $state('');
  place = $state('');
  product = $state('');
  /** By what contacts are told apart beside. */
  split = $state<'' | 'place' | 'product'>('');
  by = $state<'day' | 'week'>('day');
  #board = $state.raw<Board | undefined>();
  #phase = $state<Phase>('loading');
  #fresh = $state.raw<readonly Fresh[] | undefined>();
  #freshFailed = $state(false);
  #chosen = $state<string | undefined>();
  #behind = $state.raw<Contacts | undefined>();
  #behindFailed = $state(false);
  #actions = $state.raw<readonly Action[]>([]);
  #rate = $state.raw<Rate>({ hourly: 0, currency: 'EUR', version: 0 });
  #searched = $state.raw<Searched | undefined>();
  #searchedFailed = $state(false);
  #seeking = false;
  #search = 0;
  #turn = 0;
  #look = 0;

  constructor(api: Api, today: string) {
    this.#api = api;
    this.#today = today;
    this.from = plus(today, -27);
    this.to = today;
  }

  get board(): Board | undefined {
    return this.#board;
  }
  get phase(): Phase {
    return this.#phase;
  }
  /** What is new; undefined until it was read. */
  get fresh(): readonly Fresh[] | undefined {
    return this.#fresh;
  }
  get freshFailed(): boolean {
    return this.#freshFailed;
  }
  /** The reason that is looked into: "none" for what is left to people. */
  get chosen(): string | undefined {
    return this.#chosen;
  }
  get behind(): Contacts | undefined {
    return this.#behind;
  }
  get behindFailed(): boolean {
    return this.#behindFailed;
  }
  get actions(): readonly Action[] {
    return this.#actions;
  }
  get rate(): Rate {
    return this.#rate;
  }

  /** What is asked for, as the server takes it. */
  get query(): { from: string; to: string; channelId: string | null; language: string | null } {
    const own = this.period === 'own';
    return {
      from: own ? this.from : plus(this.#today, 1 - Number(this.period)),
      to: own ? this.to : this.#today,
      channelId: this.channelId || null,
      language: this.language || null,
    };
  }
  /** The same with what only contacts have. */
  get spot(): ReasonRoom['query'] & { place: string | null; product: string | null } {
    return { ...this.query, place: this.place || null, product: this.product || null };
  }
  fileHref(format: 'csv' | 'json', searches = false): string {
    const query = searches ? this.query : { ...this.spot, split: this.split || null };
    const words = Object.entries({ ...query, format }).flatMap(([k, v]) => (v ? [[k, v] as [string, string]] : []));
    return `/api/v1/reasons/${searches ? 'searches/' : ''}export?${new URLSearchParams(words).toString()}`;
  }

  /** What customers looked for; undefined until it was read. */
  get searched(): Searched | undefined {
    return this.#searched;
  }
  get searchedFailed(): boolean {
    return this.#searchedFailed;
  }
  /** Shows what customers looked for, until the returned is called. */
  seek = (): (() => void) => {
    this.#seeking = true;
    void this.loadSearches();
    return () => (this.#seeking = false);
  };
  loadSearches = async (): Promise<void> => {
    const look = ++this.#search;
    this.#searchedFailed = false;
    try {
      const searched = await this.#api.get('/reasons/searches', this.query);
      if (look === this.#search) this.#searched = searched;
    } catch {
      if (look === this.#search) this.#searchedFailed = true;
    }
  };

  load = async (): Promise<void> => {
    if (this.#seeking) void this.loadSearches();
    const turn = ++this.#turn;
    if (this.#phase === 'failed') this.#phase = 'loading';
    try {
      const [board, planned] = await Promise.all([
        this.#api.get('/reasons/board', { ...this.spot, ...(this.split ? { split: this.split } : {}) }),
        this.#api.get('/reasons/actions'),
      ]);
      if (turn !== this.#turn) return;
      this.#board = board;
      this.#actions = planned.items;
      this.#rate = planned.rate;
      this.#phase = 'ready';
    } catch {
      if (turn === this.#turn) this.#phase = 'failed';
      return;
    }
    if (this.#chosen !== undefined) await this.look(this.#chosen);
  };

  loadFresh = async (): Promise<void> => {
    this.#freshFailed = false;
    try {
      this.#fresh = (await this.#api.get('/reasons/new')).items;
    } catch {
      this.#freshFailed = true;
    }
  };

  /** Looks into a reason. */
  look = async (reason: string): Promise<void> => {
    const look = ++this.#look;
    this.#chosen = reason;
    this.#behind = undefined;
    this.#behindFailed = false;
    try {
      const found = await this.#api.get('/reasons/contacts', { ...this.spot, reason });
      if (look === this.#look) this.#behind = found;
    } catch {
      if (look === this.#look) this.#behindFailed = true;
    }
  };
  close = (): void => {
    this.#look++;
    this.#chosen = undefined;
    this.#behind = undefined;
  };
  more = async (): Promise<void> => {
    const { behind } = this;
    if (!behind?.next || this.#chosen === undefined) return;
    const look = this.#look;
    const page = await this.#api.get('/reasons/contacts', {
      ...this.spot,
      reason: this.#chosen,
      cursor: behind.next,
    });
    if (look === this.#look)
      this.#behind = {
        ...page,
        channels: behind.channels,
        pages: behind.pages,
        items: [...behind.items, ...page.items],
      };
  };

  actionOf(reason: string): Action | undefined {
    return this.#actions.find((action) => action.reason === reason);
  }
  plan = async (plan: Plan): Promise<void> => {
    const saved = await this.#api.put('/reasons/actions', plan);
    this.#actions = [...this.#actions.filter(({ reason }) => reason !== saved.reason), saved];
  };
  unplan = async (reason: string): Promise<void> => {
    await this.#api.delete('/reasons/actions', { query: { reason } });
    this.#actions = this.#actions.filter((action) => action.reason !== reason);
  };
  pay = async (rate: Rate): Promise<void> => {
    this.#rate = await this.#api.put('/reasons/rate', rate);
    await this.load();
  };
}

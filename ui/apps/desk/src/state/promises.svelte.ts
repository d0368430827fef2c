import type { Api, Event, GivenPromise, Priority } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';

type PromiseEvent = Extract<Event, { type: `promise.${string}` }>;

/** What was promised in the conversations she has opened, why each stands where it stands, and what was kept before her eyes. */
export class Promises {
  readonly #api: Api;
  #given = new SvelteMap<string, readonly GivenPromise[]>();
  #priorities = new SvelteMap<string, Priority>();
  #kept = new SvelteMap<string, boolean>();
  #failed = new SvelteMap<string, boolean>();
  #asking = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Every promise of a conversation, newest first; undefined until read. */
  given(conversationId: string): readonly GivenPromise[] | undefined {
    return this.#given.get(conversationId);
  }
  priority(conversationId: string): Priority | undefined {
    return this.#priorities.get(conversationId);
  }
  failed(conversationId: string): boolean {
    return this.#failed.get(conversationId) ?? false;
  }
  /** Whether an answer was given in time here, since this desk looks. */
  kept(conversationId: string): boolean {
    return this.#kept.get(conversationId) ?? false;
  }

  async load(conversationId: string): Promise<void> {
    try {
      const [priority, promises] = await Promise.all([
        this.#api.get(`/conversations/${conversationId}/priority`),
        this.#api.get(`/conversations/${conversationId}/promises`),
      ]);
      this.#priorities.set(conversationId, priority);
      this.#given.set(conversationId, newestFirst(promises.items));
      this.#failed.delete(conversationId);
    } catch {
      if (!this.#priorities.has(conversationId)) this.#failed.set(conversationId, true);
    }
  }

  /** A promise was made, moved or ended. */
  happened(conversationId: string, type: PromiseEvent['type'], { kind }: PromiseEvent['promise']): void {
    if (kind !== 'acknowledge' && kind !== 'resolve') {
      if (type === 'promise.kept') this.#kept.set(conversationId, true);
      else if (type === 'promise.made' || type === 'promise.missed') this.#kept.delete(conversationId);
    }
    this.again(conversationId);
  }

  /** What orders the conversation has changed: asked again, if somebody has asked before. */
  again(conversationId: string): void {
    if (!this.#priorities.has(conversationId) || this.#asking.has(conversationId)) return;
    const ask = () => {
      this.#asking.delete(conversationId);
      void this.load(conversationId);
    };
    this.#asking.set(conversationId, setTimeout(ask, 300));
  }
}

function newestFirst(promises: readonly GivenPromise[]): GivenPromise[] {
  return [...promises].sort((a, b) => Date.parse(b.madeAt) - Date.parse(a.madeAt));
}

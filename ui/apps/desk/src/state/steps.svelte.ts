import { freshId, isProblem, type Conversation, type Step, type StepState } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';
import { stepTitle } from '../promise/stepView.ts';
import { promiseWords } from '../promise/words.ts';
import type { Session } from './session.svelte.ts';

export interface StepWish {
  text: string;
  state: StepState;
  expectedAt: string | null;
}

/** What customers are shown of the work on their matters. Each change shows at once and undoes itself when refused. */
export class Steps {
  readonly #session: Session;
  readonly #voice;
  #known = new SvelteMap<string, readonly Step[]>();

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.i18n.with(promiseWords);
  }

  of(conversationId: string): readonly Step[] {
    return this.#known.get(conversationId) ?? [];
  }

  async load(conversationId: string): Promise<void> {
    try {
      const { items } = await this.#session.api.get(`/conversations/${conversationId}/steps`);
      this.#known.set(conversationId, inOrder(items));
    } catch {
      // The strip stays as it was; the next opening asks again.
    }
  }

  /** A step as the server has it: by an answer or by an event. It takes the place of her own guess of the same words. */
  take(step: Step): void {
    const others = this.of(step.conversationId).filter(({ id, text }) => {
      return id !== step.id && !(isGuess(id) && step.kind === 'custom' && text === step.text);
    });
    const before = this.of(step.conversationId).find(({ id }) => id === step.id);
    const newest = before && before.version > step.version ? before : step;
    this.#known.set(step.conversationId, inOrder([...others, newest]));
  }
  drop(conversationId: string, stepId: string): void {
    const left = this.of(conversationId).filter(({ id }) => id !== stepId);
    this.#known.set(conversationId, left);
  }

  async add(conversation: Conversation, wish: StepWish, { undoable = true } = {}): Promise<void> {
    const { id } = conversation;
    const guess = this.#guess(id, wish);
    this.#known.set(id, [...this.of(id), guess]);
    try {
      const step = await this.#session.api.post(`/conversations/${id}/steps`, wish);
      this.take(step);
      if (!undoable) return;
      const { t } = this.#voice;
      const name = conversation.customer.name.split(' ')[0];
      const text = step.text;
      this.#session.toasts.show({
        text: name ? t('steps.toast.added', { name, text }) : t('steps.toast.added.anonymous', { text }),
        icon: 'eye',
        undo: () => this.remove(conversation, this.#now(step), { undoable: false }),
      });
    } catch (error) {
      this.drop(id, guess.id);
      this.#explain(error);
    }
  }

  async change(
    conversation: Conversation,
    step: Step,
    wish: Partial<StepWish>,
    { undoable = true } = {},
  ): Promise<void> {
    const { id } = conversation;
    const { t } = this.#voice;
    const { expectedAt, ...rest } = wish;
    const shown = { ...step, ...rest, ...(expectedAt === undefined ? {} : { expectedAt: expectedAt ?? undefined }) };
    this.#put(shown);
    try {
      const changed = await this.#session.api.patch(`/conversations/${id}/steps/${step.id}`, {
        ...wish,
        version: step.version,
      });
      this.take(changed);
      if (!undoable) return;
      const text = stepTitle(changed, this.#voice);
      this.#session.toasts.show({
        text: t(wish.state === 'done' ? 'steps.toast.done' : 'steps.toast.changed', { text }),
        icon: wish.state === 'done' ? 'check' : 'eye',
        undo: () => {
          const back = { text: step.text, state: step.state, expectedAt: step.expectedAt ?? null };
          return this.change(conversation, this.#now(changed), back, { undoable: false });
        },
      });
    } catch (error) {
      this.#put(step);
      void this.load(id);
      this.#explain(error);
    }
  }

  async remove(conversation: Conversation, step: Step, { undoable = true } = {}): Promise<void> {
    const { id } = conversation;
    this.drop(id, step.id);
    try {
      await this.#session.api.delete(`/conversations/${id}/steps/${step.id}`);
      // Only her own words can be shown again; what the system says it says once.
      if (!undoable) return;
      const back = { text: step.text, state: step.state, expectedAt: step.expectedAt ?? null };
      this.#session.toasts.show({
        text: this.#voice.t('steps.toast.removed', { text: stepTitle(step, this.#voice) }),
        icon: 'eye',
        ...(step.kind === 'custom' ? { undo: () => this.add(conversation, back, { undoable: false }) } : {}),
      });
    } catch (error) {
      this.#put(step);
      this.#explain(error);
    }
  }

  #now(step: Step): Step {
    return this.of(step.conversationId).find(({ id }) => id === step.id) ?? step;
  }
  #put(step: Step): void {
    const others = this.of(step.conversationId).filter(({ id }) => id !== step.id);
    this.#known.set(step.conversationId, inOrder([...others, step]));
  }
  #guess(conversationId: string, wish: StepWish): Step {
    const at = new Date(this.#session.clock.read()).toISOString();
    return {
      id: `guess ${freshId()}`,
      conversationId,
      kind: 'custom',
      text: wish.text,
      state: wish.state,
      expectedAt: wish.expectedAt ?? undefined,
      memberId: this.#session.me?.member.id,
      position: (this.of(conversationId).at(-1)?.position ?? 0) + 1,
      createdAt: at,
      changedAt: at,
      version: 0,
    };
  }
  #explain(error: unknown): void {
    const { t } = this.#voice;
    const why = !isProblem(error)
      ? ''
      : error.status === 0
        ? t('steps.refused.offline')
        : error.code === 'step_changed'
          ? t('steps.refused.changed')
          : error.detail;
    this.#session.toasts.refuse({ text: t('steps.refused', { why }).trim() });
  }
}

export function isGuess(id: string): boolean {
  return id.startsWith('guess ');
}
function inOrder(steps: readonly Step[]): Step[] {
  return [...steps].sort((a, b) => a.position - b.position);
}

import { isProblem, type Classification, type Conversation, type Correction, type Problem } from '@visavis/client';
import type { IconName } from '@visavis/kit';
import { promiseWords } from '../promise/words.ts';
import type { Guess } from './inbox.svelte.ts';
import type { Session } from './session.svelte.ts';

interface Move {
  ask: (version: number) => Promise<Conversation>;
  guess: Guess;
  /** Whether what somebody else has just changed speaks against it; otherwise it is simply tried again. */
  against: (before: Conversation, now: Conversation) => boolean;
  toast?: { text: string; icon: IconName; undo: (before: Conversation) => void };
}

export interface SnoozeTerm {
  until?: string;
  untilReply?: boolean;
}

/**
 * What she does with conversations. Each action shows at once as a guess, waits its turn behind earlier actions on the same
 * conversation, and undoes itself when refused, saying why.
 */
export class Actions {
  readonly #session: Session;
  readonly #turns = new Map<string, Promise<void>>();

  constructor(session: Session) {
    this.#session = session;
  }

  assign(id: string, to: { memberId: string | null; teamId: string | null }, { undoable = true } = {}): Promise<void> {
    const { people, me, i18n } = this.#session;
    const member = people.member(to.memberId);
    const team = people.team(to.teamId);
    const toHer = member?.id === me?.member.id;
    const text = member
      ? toHer
        ? i18n.t('toast.assignedYou')
        : i18n.t('toast.assigned', { name: member.name })
      : team
        ? i18n.t('toast.assigned', { name: team.name })
        : i18n.t('toast.unassigned');
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/assign`, { ...to, version }),
      guess: { assigneeId: to.memberId ?? undefined, teamId: to.teamId ?? undefined },
      against: (before, now) => before.assigneeId !== now.assigneeId || before.teamId !== now.teamId,
      toast: undoable
        ? {
            text,
            icon: 'user',
            undo: ({ assigneeId = null, teamId = null }) =>
              void this.assign(id, { memberId: assigneeId, teamId }, { undoable: false }),
          }
        : undefined,
    });
  }

  assignToMe(id: string): Promise<void> {
    const me = this.#session.me?.member.id ?? null;
    const known = this.#session.inbox.get(id);
    if (!known || known.assigneeId === me) return Promise.resolve();
    if (!known.assigneeId && known.state === 'open') return this.#take(id, known.teamId ?? null);
    return this.assign(id, { memberId: me, teamId: known.teamId ?? null });
  }

  /** Takes what nobody has out of its queue; what rings for it elsewhere stops. */
  #take(id: string, teamId: string | null): Promise<void> {
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/take`, { version }),
      guess: { assigneeId: this.#session.me?.member.id },
      against: (_before, now) => now.assigneeId !== undefined,
      toast: {
        text: this.#session.i18n.t('toast.assignedYou'),
        icon: 'user',
        undo: () => void this.assign(id, { memberId: null, teamId }, { undoable: false }),
      },
    });
  }

  /** The first that she may take, opened at once. */
  async next(): Promise<void> {
    const { api, inbox, route, toasts, i18n } = this.#session;
    const { t } = i18n.with(promiseWords);
    const { list } = route;
    try {
      const { conversation: found } = await api.post(
        '/queues/next',
        list.view === 'team' && list.teamId ? { teamId: list.teamId } : {},
      );
      if (!found) return void toasts.show({ text: t('offer.next.none'), icon: 'check', for: 5000 });
      inbox.take(found);
      route.open(found.id);
      toasts.show({ text: t('offer.took'), icon: 'user', for: 4000 });
    } catch (error) {
      this.#explain(error);
    }
  }

  /** Says what the matter is about; what waits is ordered by it. */
  classify(id: string, change: Classification, what: string, { undoable = true } = {}): Promise<void> {
    const { deadlineAt, ...rest } = change;
    const guess = { ...rest, ...(deadlineAt === undefined ? {} : { deadlineAt: deadlineAt ?? undefined }) };
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/classify`, { ...change, version }),
      guess,
      against: () => false,
      toast: undoable
        ? {
            text: this.#session.i18n.with(promiseWords).t('about.toast', { what }),
            icon: 'pen',
            undo: (before) => void this.classify(id, was(before, change), what, { undoable: false }),
          }
        : undefined,
    });
  }

  /** Says what its words mean instead of what was read; once taken back, what was read stands again. */
  correct(id: string, change: Correction, text: string): Promise<void> {
    const address = `/conversations/${id}/reading` as const;
    const reading = this.#session.inbox.get(id)?.reading;
    if (!reading) return Promise.resolve();
    const { api } = this.#session;
    const by = change.reason === undefined ? reading.by : 'member';
    const about = {
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(change.mood === undefined ? {} : { mood: change.mood * 100 }),
    };
    return this.#do(id, {
      ask: () => api.put(address, change),
      guess: { reading: { ...reading, ...change, by }, ...about },
      against: () => false,
      toast: {
        text,
        icon: 'tag',
        undo: (before) => {
          this.#session.readings.dismiss();
          void this.#do(id, {
            ask: () => api.put(address, { undo: true }),
            guess: { reading: before.reading, reason: before.reason, mood: before.mood },
            against: () => false,
          });
        },
      },
    });
  }

  snooze(id: string, term: SnoozeTerm): Promise<void> {
    const { i18n } = this.#session;
    const text = term.until ? i18n.t('toast.snoozed', { when: i18n.until(term.until) }) : i18n.t('toast.snoozedReply');
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/snooze`, { ...term, version }),
      guess: { state: 'snoozed', snoozedUntil: term.until, snoozedUntilReply: term.untilReply ?? false },
      against: (before, now) => before.state !== now.state || spoke(before, now),
      toast: { text, icon: 'moon', undo: (before) => void this.#back(id, before) },
    });
  }

  resolve(id: string): Promise<void> {
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/resolve`, { version }),
      guess: {
        state: 'resolved',
        resolvedAt: new Date().toISOString(),
        snoozedUntil: undefined,
        snoozedUntilReply: false,
      },
      against: (before, now) => now.state === 'resolved' || spoke(before, now),
      toast: {
        text: this.#session.i18n.t('toast.resolved'),
        icon: 'check',
        undo: (before) => void this.#back(id, before),
      },
    });
  }

  reopen(id: string): Promise<void> {
    return this.#do(id, {
      ask: (version) => this.#session.api.post(`/conversations/${id}/reopen`, { version }),
      guess: { state: 'open', resolvedAt: undefined, snoozedUntil: undefined, snoozedUntilReply: false },
      against: (_before, now) => now.state === 'open',
    });
  }

  rename(id: string, subject: string): Promise<void> {
    return this.#do(id, {
      ask: (version) => this.#session.api.patch(`/conversations/${id}`, { subject, version }),
      guess: { subject },
      against: (before, now) => before.subject !== now.subject,
    });
  }

  /** "Yann vient de résoudre": who closed it last, as far as this desk has heard. */
  resolvedBy(id: string): string {
    const { people, me, i18n } = this.#session;
    const lines = this.#session
      .knownThread(id)
      ?.messages.filter((message) => message.line?.type === 'conversation.resolved');
    const by = lines?.at(-1)?.author.id;
    if (by && by === me?.member.id) return i18n.t('refused.resolved.you');
    return i18n.t('refused.resolved', { name: people.member(by)?.firstName || i18n.t('someone') });
  }

  /** Gives a conversation the state it had. */
  async #back(id: string, before: Conversation): Promise<void> {
    if (before.state === 'open') return this.reopen(id);
    if (before.state === 'resolved') return this.resolve(id);
    return this.snooze(id, before.snoozedUntil ? { until: before.snoozedUntil } : { untilReply: true });
  }

  async #do(id: string, move: Move): Promise<void> {
    const { inbox, toasts } = this.#session;
    const before = inbox.get(id);
    if (!before) return;
    const lift = inbox.guess(id, move.guess);
    const undo = move.toast?.undo;
    const toast = move.toast && toasts.show({ ...move.toast, undo: () => undo?.(before) });
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(async () => {
      try {
        inbox.take(await this.#ask(id, move));
        lift();
      } catch (error) {
        lift();
        if (toast !== undefined) toasts.close(toast);
        this.#explain(error);
      }
    });
    this.#turns.set(id, turn);
    await turn;
    if (this.#turns.get(id) === turn) this.#turns.delete(id);
  }

  async #ask(id: string, move: Move): Promise<Conversation> {
    const { inbox } = this.#session;
    for (let tries = 0; ; tries++) {
      const seen = inbox.truth(id);
      try {
        return await move.ask(seen?.version ?? 0);
      } catch (error) {
        if (!isProblem(error, 'conversation_changed')) throw error;
        const now = error.current as Conversation | undefined;
        if (now?.id) inbox.take(now);
        if (!now?.id || !seen || tries > 2 || move.against(seen, now)) throw error;
      }
    }
  }

  #explain(error: unknown): void {
    const { toasts, i18n } = this.#session;
    if (!isProblem(error)) return void toasts.refuse({ text: i18n.t('refused.action') });
    toasts.refuse({ text: why(error, i18n.t) });
  }
}

/** What a classification changed, as it was. */
function was(before: Conversation, change: Classification): Classification {
  const whole: Classification = {
    reason: before.reason,
    criticality: before.criticality,
    mood: before.mood,
    influence: before.influence,
    language: before.language,
    deadlineAt: before.deadlineAt ?? null,
  };
  return Object.fromEntries(Object.entries(whole).filter(([field]) => field in change));
}

function why(problem: Problem, t: Session['i18n']['t']): string {
  if (problem.status === 0) return t('refused.offline');
  if (problem.code === 'conversation_changed') return t('refused.changed');
  if (problem.code === 'conversation_resolved') return t('refused.already');
  if (problem.code === 'not_read_yet') return t('refused.unread');
  if (problem.code === 'nothing_to_undo') return t('refused.undone');
  return problem.detail || t('refused.action');
}

/** The customer wrote meanwhile: putting the matter away would put her words away. */
function spoke(before: Conversation, now: Conversation): boolean {
  return now.preview.author === 'customer' && now.lastPosition > before.lastPosition;
}

import { isProblem } from '@visavis/client';
import type { Session } from '../state/session.svelte.ts';
import type { Queue, Tip } from './figures.ts';
import { namesText } from './figures.ts';
import { boardWords } from './words.ts';

export type Mode = Queue['mode'];

/** What a supervisor does from the board, beyond what the desk can do with a conversation. */
export class Deeds {
  readonly #session: Session;
  readonly #done: () => void;

  /** `done` is told when something was changed. */
  constructor(session: Session, done: () => void) {
    this.#session = session;
    this.#done = done;
  }

  /** Rings the bell of some colleagues with a few words; says whether all were reached. */
  async write(memberIds: readonly string[], text: string): Promise<boolean> {
    const { api, toasts, people } = this.#session;
    const voice = this.#session.i18n.with(boardWords);
    try {
      await Promise.all(memberIds.map((id) => api.post(`/members/${id}/notices`, { text })));
    } catch (error) {
      toasts.refuse({ text: voice.t('write.refused', { detail: this.#why(error) }) });
      return false;
    }
    const names = memberIds.map((id) => people.member(id)?.firstName ?? '').filter(Boolean);
    toasts.show({ text: voice.t('write.done', { names: namesText(names, voice) }), icon: 'bell' });
    return true;
  }

  /** Adds members to the team that is short of hands; `Z` takes them out again. */
  async send(tip: Tip): Promise<void> {
    const { people, toasts } = this.#session;
    const voice = this.#session.i18n.with(boardWords);
    const team = people.team(tip.teamId);
    const added = tip.helpers.filter((id) => !team?.memberIds.includes(id));
    if (!team || added.length === 0) return;
    const names = namesText(
      added.map((id) => people.member(id)?.firstName ?? ''),
      voice,
    );
    if (!(await this.#members(team.id, (ids) => [...ids, ...added.filter((id) => !ids.includes(id))]))) return;
    toasts.show({
      text: voice.t('tip.done', { n: added.length, names, team: team.name }),
      icon: 'users',
      undo: () => void this.#members(team.id, (ids) => ids.filter((id) => !added.includes(id))),
    });
  }

  /** How a queue's work is handed out. */
  async setMode(teamId: string, name: string, mode: Mode, { undoable = true } = {}): Promise<void> {
    const { api, toasts } = this.#session;
    const { t } = this.#session.i18n.with(boardWords);
    try {
      const { items } = await api.get('/queues');
      const queue = items.find((known) => known.teamId === teamId);
      if (!queue || queue.mode === mode) return;
      const { teamId: _, ...body } = queue;
      await api.put(`/queues/${teamId || 'general'}`, { ...body, mode });
      this.#done();
      toasts.show({
        text: t('queues.mode.done', { name, mode: t(`queues.mode.${mode}`) }),
        icon: 'gear',
        undo: undoable ? () => void this.setMode(teamId, name, queue.mode, { undoable: false }) : undefined,
      });
    } catch (error) {
      toasts.refuse({ text: this.#why(error) });
    }
  }

  /** Changes who is in a team, on what it is now. */
  async #members(teamId: string, change: (ids: readonly string[]) => string[]): Promise<boolean> {
    const { api, people, toasts } = this.#session;
    const { t } = this.#session.i18n.with(boardWords);
    try {
      const now = (await api.get('/teams')).items.find(({ id }) => id === teamId);
      if (!now) return false;
      people.takeTeam(await api.patch(`/teams/${teamId}`, { memberIds: change(now.memberIds), version: now.version }));
      this.#done();
      return true;
    } catch (error) {
      toasts.refuse({ text: t('tip.refused', { detail: this.#why(error) }) });
      return false;
    }
  }

  #why(error: unknown): string {
    if (isProblem(error) && error.status !== 0) return error.detail;
    return this.#session.i18n.with(boardWords).t('refused.offline');
  }
}

import {
  Problem,
  type Channel,
  type MailboxSettings,
  type Member,
  type Team,
  type Token,
  type WebchatSettings,
} from '@visavis/client';
import { createContext } from 'svelte';
import type { Session } from '../state/session.svelte.ts';
import { change, create, remove, type Outcome, type Shelf } from './outcome.ts';
import { callsOf, type Calls, type ChannelChange, type MemberChange, type TeamChange } from './server.ts';
import type { Say } from './words.ts';

/** What can be done in the settings, on the desk's one copy of members, teams and channels. */
export class Room {
  readonly session: Session;
  readonly calls: Calls;
  readonly #t: Say;
  readonly #members: Shelf<Member>;
  readonly #teams: Shelf<Team>;
  readonly #channels: Shelf<Channel>;

  constructor(session: Session, t: Say) {
    this.session = session;
    this.#t = t;
    this.calls = callsOf(session.api);
    const { people } = session;
    const { calls } = this;
    this.#members = {
      find: (id) => people.member(id),
      take: (m) => people.take(m),
      drop: () => {},
      read: calls.member,
    };
    this.#teams = {
      find: (id) => people.team(id),
      take: (team) => people.takeTeam(team),
      drop: (id) => people.dropTeam(id),
      read: calls.team,
    };
    this.#channels = {
      find: (id) => people.channel(id),
      take: (channel) => people.takeChannel(channel),
      drop: () => {},
      read: calls.channel,
    };
  }

  get people() {
    return this.session.people;
  }
  get me(): Member | undefined {
    return this.session.member;
  }
  get mayWrite(): boolean {
    return this.me?.role === 'administrator';
  }

  changeMember(member: Member, { disabled, ...rest }: Omit<MemberChange, 'version'>): Promise<Outcome<Member>> {
    const state = disabled === undefined ? member.state : disabled ? 'disabled' : 'active';
    const sent = disabled === undefined ? rest : { ...rest, disabled };
    return change(this.#members, { ...member, ...rest, state }, () =>
      this.calls.changeMember(member.id, { ...sent, version: member.version }),
    );
  }

  createTeam(team: Pick<Team, 'name' | 'icon' | 'memberIds'>): Promise<Outcome<Team>> {
    return create(this.#teams, () => this.calls.createTeam(team));
  }
  changeTeam(team: Team, next: Omit<TeamChange, 'version'>): Promise<Outcome<Team>> {
    return change(this.#teams, { ...team, ...next }, () =>
      this.calls.changeTeam(team.id, { ...next, version: team.version }),
    );
  }
  async deleteTeam(team: Team): Promise<void> {
    this.done(await remove(this.#teams, team, () => this.calls.deleteTeam(team.id)), 'teams.deleted', team.name);
  }

  createChannel(name: string, settings: WebchatSettings): Promise<Outcome<Channel>> {
    return create(this.#channels, () => this.calls.createChannel(name, settings));
  }
  /** Switched off until somebody has seen it work. */
  createMailbox(name: string, mailbox: MailboxSettings): Promise<Outcome<Channel>> {
    return create(this.#channels, () => this.calls.createMailbox(name, mailbox));
  }
  changeChannel(channel: Channel, next: Omit<ChannelChange, 'version'>): Promise<Outcome<Channel>> {
    return change(this.#channels, { ...channel, ...next }, () =>
      this.calls.changeChannel(channel.id, { ...next, version: channel.version }),
    );
  }
  /** A new secret makes a new version of the channel: read it, so that the next save is not refused. */
  async rotateSecret(channel: Channel): Promise<string> {
    const secret = await this.calls.rotateSecret(channel.id);
    this.#channels.take(await this.calls.channel(channel.id));
    return secret;
  }

  async revokeToken(shelf: Pick<Shelf<Token>, 'take' | 'drop'>, token: Token): Promise<void> {
    this.done(await remove(shelf, token, () => this.calls.revokeToken(token.id)), 'tokens.revoked', token.name);
  }

  /** Says in one line how something without a form of its own ended. */
  done(problem: Problem | undefined, key: Parameters<Say>[0], name: string): void {
    if (problem) this.session.toasts.refuse({ text: this.why(problem) });
    else this.session.toasts.show({ text: this.#t(key, { name }), icon: 'check', for: 5000 });
  }

  /** The same, for a change that somebody else may have overtaken. */
  told<T>(outcome: Outcome<T>, key: Parameters<Say>[0], name: string): boolean {
    if (outcome.kind === 'saved') this.done(undefined, key, name);
    else if (outcome.kind === 'refused') this.done(outcome.problem, key, name);
    else this.session.toasts.refuse({ text: this.#t(outcome.kind === 'gone' ? 'common.missing' : 'conflict.title') });
    return outcome.kind === 'saved';
  }

  /** Why something failed, whatever was thrown. */
  whyOf(cause: unknown): string {
    return this.why(cause instanceof Problem ? cause : new Problem({ status: 0, code: 'unreachable' }));
  }

  /** A refusal in the reader's words where the house knows it. */
  why(problem: Problem): string {
    if (problem.status === 0 || problem.status >= 500) return this.#t('common.offline');
    if (problem.code === 'last_administrator') return this.#t('members.lastadmin');
    if (problem.code === 'already_joined') return this.#t('members.joined');
    return this.#t('common.refused', { detail: problem.detail || problem.code });
  }
}

export const [useRoom, provideRoom] = createContext<Room>();

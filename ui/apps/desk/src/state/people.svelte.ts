import type { Api, Channel, Event, Member, Team } from '@visavis/client';
import { SvelteMap } from 'svelte/reactivity';

/** Who works here and through which doors customers come: members, teams, channels. Answers and live events enter by `accept`. */
export class People {
  readonly #api: Api;
  #members = new SvelteMap<string, Member>();
  #teams = new SvelteMap<string, Team>();
  #channels = new SvelteMap<string, Channel>();

  constructor(api: Api) {
    this.#api = api;
  }

  get members(): Member[] {
    return [...this.#members.values()].sort(byName);
  }
  /** Those one can give work to. */
  get colleagues(): Member[] {
    return this.members.filter((member) => member.state === 'active');
  }
  get teams(): Team[] {
    return [...this.#teams.values()].sort(byName);
  }
  get channels(): Channel[] {
    return [...this.#channels.values()].sort(byName);
  }
  member(id: string | null | undefined): Member | undefined {
    return id ? this.#members.get(id) : undefined;
  }
  team(id: string | null | undefined): Team | undefined {
    return id ? this.#teams.get(id) : undefined;
  }
  channel(id: string | null | undefined): Channel | undefined {
    return id ? this.#channels.get(id) : undefined;
  }

  async load(): Promise<void> {
    const [members, teams, channels] = await Promise.all([
      this.#api.get('/members'),
      this.#api.get('/teams'),
      this.#api.get('/channels'),
    ]);
    this.#members.clear();
    this.#teams.clear();
    this.#channels.clear();
    for (const member of members.items) this.take(member);
    for (const team of teams.items) this.takeTeam(team);
    for (const channel of channels.items) this.takeChannel(channel);
  }

  take(member: Member): void {
    if ((this.#members.get(member.id)?.version ?? -1) <= member.version) this.#members.set(member.id, member);
  }
  takeTeam(team: Team): void {
    if ((this.#teams.get(team.id)?.version ?? -1) <= team.version) this.#teams.set(team.id, team);
  }
  takeChannel(channel: Channel): void {
    if ((this.#channels.get(channel.id)?.version ?? -1) <= channel.version) this.#channels.set(channel.id, channel);
  }
  dropTeam(id: string): void {
    this.#teams.delete(id);
  }
  /** `backAt` is when she said she would be back; what another presence said of it counts no more. */
  setPresence(memberId: string, presence: Member['presence'], backAt?: string): void {
    const member = this.#members.get(memberId);
    if (!member || (member.presence === presence && member.backAt === backAt)) return;
    const kept = member.presence === presence ? (backAt ?? member.backAt) : backAt;
    this.#members.set(memberId, { ...member, presence, backAt: kept });
  }

  accept(event: Event): void {
    switch (event.type) {
      case 'member.joined':
      case 'member.changed':
        if (event.member) this.take(event.member);
        break;
      case 'team.created':
      case 'team.changed':
        if (event.team) this.takeTeam(event.team);
        break;
      case 'team.deleted':
        this.dropTeam(event.teamId);
        break;
      case 'channel.created':
      case 'channel.changed':
        if (event.channel) this.takeChannel(event.channel);
        break;
      default:
    }
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name);
}

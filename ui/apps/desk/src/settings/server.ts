import type { Api, Channel, Locale, Me, Member, Page, Role, Team, Token, WebchatSettings } from '@visavis/client';

export interface InviteLink {
  inviteUrl: string;
  inviteExpiresAt: string;
}

/** One line of the audit log. */
export interface AuditLine {
  number: number;
  at: string;
  by: { kind: 'member' | 'customer' | 'system' | 'token'; id?: string | null };
  action: string;
  target?: string | null;
  data?: Record<string, unknown>;
}

export interface NewMember {
  email: string;
  name: string;
  role: Role;
  teamIds: string[];
  locale: Locale;
}

export type MemberChange = Partial<Pick<Member, 'name' | 'role' | 'teamIds'>> & { disabled?: boolean; version: number };
export type TeamChange = Partial<Pick<Team, 'name' | 'icon' | 'memberIds'>> & { version: number };
export type ChannelChange = { name?: string; settings?: WebchatSettings; disabled?: boolean; version: number };
export type SelfChange = Partial<Pick<Member, 'name' | 'firstName' | 'locale' | 'zone' | 'face'>>;

/** The calls of this room, by what they are for. */
export function callsOf(api: Api) {
  const all = async <T>(path: string): Promise<T[]> => (await api.get<Page<T>>(path)).items;
  return {
    members: () => all<Member>('/members'),
    member: (id: string) => api.get<Member>(`/members/${id}`),
    invite: (member: NewMember) => api.post<InviteLink & { member: Member }>('/members', member),
    renew: (id: string) => api.post<InviteLink>(`/members/${id}/invite`),
    changeMember: (id: string, change: MemberChange) => api.patch<Member>(`/members/${id}`, change),

    teams: () => all<Team>('/teams'),
    team: async (id: string) => only(await all<Team>('/teams'), id),
    createTeam: (team: Pick<Team, 'name' | 'icon' | 'memberIds'>) => api.post<Team>('/teams', team),
    changeTeam: (id: string, change: TeamChange) => api.patch<Team>(`/teams/${id}`, change),
    deleteTeam: (id: string) => api.delete(`/teams/${id}`),

    channels: () => all<Channel>('/channels'),
    channel: (id: string) => api.get<Channel>(`/channels/${id}`),
    createChannel: (name: string, settings: WebchatSettings) =>
      api.post<Channel>('/channels', { kind: 'webchat', name, settings }),
    changeChannel: (id: string, change: ChannelChange) => api.patch<Channel>(`/channels/${id}`, change),
    rotateSecret: async (id: string) => (await api.post<{ secret: string }>(`/channels/${id}/secret`)).secret,

    tokens: () => all<Token>('/tokens'),
    createToken: (token: { name: string; scopes: string[]; expiresAt: string }) =>
      api.post<{ token: Token; secret: string }>('/tokens', token),
    revokeToken: (id: string) => api.delete(`/tokens/${id}`),

    audit: (cursor?: string | null) => api.get<Page<AuditLine>>('/audit', { cursor, limit: 50 }),

    changeMe: (change: SelfChange) => api.patch<Me>('/me', change),
    changePassword: (current: string, password: string) => api.put<void>('/me/password', { current, password }),
  };
}

export type Calls = ReturnType<typeof callsOf>;

function only<T extends { id: string }>(items: readonly T[], id: string): T {
  const found = items.find((item) => item.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

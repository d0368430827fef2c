import type { Api, AuditEntry, Body, InviteLink, MailboxSettings, Member, WebchatSettings } from '@visavis/client';

export type { InviteLink };
/** One line of the audit log. */
export type AuditLine = AuditEntry;

type Versioned<T> = T & { version: number };
export type NewMember = Body<'post', '/members'>;
export type MemberChange = Versioned<Body<'patch', `/members/${string}`>>;
export type TeamChange = Versioned<Body<'patch', `/teams/${string}`>>;
export type ChannelChange = Versioned<Body<'patch', `/channels/${string}`>>;
export type SelfChange = Partial<Pick<Member, 'name' | 'firstName' | 'locale' | 'zone' | 'face'>>;

/** The calls of this room, by what they are for. */
export function callsOf(api: Api) {
  const teams = () => api.get('/teams').then(itemsOf);
  return {
    members: () => api.get('/members').then(itemsOf),
    member: (id: string) => api.get(`/members/${id}`),
    invite: (member: NewMember) => api.post('/members', member),
    renew: (id: string) => api.post(`/members/${id}/invite`),
    changeMember: (id: string, change: MemberChange) => api.patch(`/members/${id}`, change),

    teams,
    team: async (id: string) => only(await teams(), id),
    createTeam: (team: Body<'post', '/teams'>) => api.post('/teams', team),
    changeTeam: (id: string, change: TeamChange) => api.patch(`/teams/${id}`, change),
    deleteTeam: (id: string) => api.delete(`/teams/${id}`),

    channels: () => api.get('/channels').then(itemsOf),
    channel: (id: string) => api.get(`/channels/${id}`),
    createChannel: (name: string, settings: WebchatSettings) =>
      api.post('/channels', { kind: 'webchat', name, settings }),
    createMailbox: (name: string, mailbox: MailboxSettings) =>
      api.post('/channels', { kind: 'email', name, mailbox, disabled: true }),
    changeChannel: (id: string, change: ChannelChange) => api.patch(`/channels/${id}`, change),
    rotateSecret: async (id: string) => (await api.post(`/channels/${id}/secret`)).secret,

    tokens: () => api.get('/tokens').then(itemsOf),
    createToken: (token: Body<'post', '/tokens'>) => api.post('/tokens', token),
    revokeToken: (id: string) => api.delete(`/tokens/${id}`),

    audit: (cursor?: string | null) => api.get('/audit', { cursor, limit: 50 }),

    changeMe: (change: SelfChange) => api.patch('/me', change),
    changePassword: (current: string, password: string) => api.put('/me/password', { current, password }),
  };
}

export type Calls = ReturnType<typeof callsOf>;

function itemsOf<T>({ items }: { items: T[] }): T[] {
  return items;
}

function only<T extends { id: string }>(items: readonly T[], id: string): T {
  const found = items.find((item) => item.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

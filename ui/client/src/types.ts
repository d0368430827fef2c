/** The shapes that travel. Times are RFC 3339 in UTC; an absent optional may be missing or null. */
export type Locale = 'fr' | 'en';
export type Role = 'agent' | 'supervisor' | 'administrator';
export type PresenceState = 'here' | 'away' | 'offline';
export type ConversationState = 'open' | 'snoozed' | 'resolved';
export type View = 'mine' | 'unassigned' | 'teams' | 'all' | 'team';
export type ChannelKind = 'webchat' | 'email' | 'phone' | 'social' | 'sms' | 'letter' | 'shop' | 'sos' | (string & {});

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Member {
  id: string;
  name: string;
  firstName: string;
  email: string;
  role: Role;
  face: string;
  locale: Locale;
  zone: string;
  state: 'invited' | 'active' | 'disabled';
  presence: PresenceState;
  teamIds: string[];
  version: number;
  createdAt: string;
}

export interface Team {
  id: string;
  name: string;
  icon: string;
  memberIds: string[];
  version: number;
  createdAt: string;
}

export interface OpeningHours {
  zone: string;
  week: { day: number; from: string; to: string }[];
}

export interface WebchatSettings {
  colour: string;
  greeting: { fr: string; en: string };
  origins: string[];
  languages: Locale[];
  teamId?: string | null;
  hours?: OpeningHours | null;
}

export interface Channel {
  id: string;
  kind: ChannelKind;
  name: string;
  key: string;
  settings: WebchatSettings;
  identitySecretSet: boolean;
  disabled: boolean;
  version: number;
  createdAt: string;
}

export interface Identity {
  id: string;
  kind: 'visitor' | 'email' | 'phone' | 'user' | 'social' | 'card';
  value: string;
  verified: boolean;
}

export interface PageVisit {
  url: string;
  title: string;
  at: string;
}

export interface Customer {
  id: string;
  name: string;
  face: string;
  locale: Locale | '';
  zone: string;
  verified: boolean;
  page?: PageVisit | null;
  here: boolean;
  identities: Identity[];
  firstSeenAt: string;
  lastSeenAt: string;
  version: number;
}

export interface Conversation {
  id: string;
  number: number;
  subject: string;
  state: ConversationState;
  channelId: string;
  channelKind: ChannelKind;
  customer: { id: string; name: string; face: string; locale: Locale | ''; verified: boolean; here: boolean };
  assigneeId?: string | null;
  teamId?: string | null;
  snoozedUntil?: string | null;
  snoozedUntilReply: boolean;
  preview: { text: string; author: 'customer' | 'member' | 'system'; at: string; attachments: number };
  /** The customer's oldest word that nobody answered. */
  waitingSince?: string | null;
  lastPosition: number;
  readPosition: number;
  customerReadPosition: number;
  createdAt: string;
  lastActivityAt: string;
  resolvedAt?: string | null;
  version: number;
}

export interface Attachment {
  id: string;
  name: string;
  mediaType: string;
  size: number;
  kind: 'image' | 'file';
  width?: number | null;
  height?: number | null;
  url: string;
  previewUrl?: string | null;
}

export type LineType =
  | 'conversation.assigned'
  | 'conversation.snoozed'
  | 'conversation.woken'
  | 'conversation.resolved'
  | 'conversation.reopened'
  | 'conversation.renamed'
  | 'customer.identified';

export interface Line {
  type: LineType;
  memberId?: string | null;
  teamId?: string | null;
  until?: string | null;
  untilReply?: boolean;
  subject?: string | null;
  name?: string | null;
  email?: string | null;
}

export interface Message {
  id: string;
  conversationId: string;
  position: number;
  kind: 'message' | 'note' | 'line';
  author: { kind: 'customer' | 'member' | 'system'; id?: string | null };
  text: string;
  attachments: Attachment[];
  channelId?: string | null;
  channelKind?: ChannelKind | null;
  state: 'received' | 'sent' | 'read';
  clientId?: string | null;
  createdAt: string;
  line?: Line | null;
}

export interface Me {
  member: Member;
  workspace: { id: string; name: string; locale: Locale; zone: string };
  scopes?: string[];
}

export interface Counts {
  mine: number;
  unassigned: number;
  teams: number;
  all: number;
  snoozed: number;
  byTeam: Record<string, number>;
}

export interface ConversationPage extends Page<Conversation> {
  seq: number;
}

export interface MessagePage {
  items: Message[];
  /** Position before which older words wait. */
  next?: number | null;
}

export interface SearchAnswer {
  customers: Customer[];
  conversations: (Conversation & { match: string })[];
}

export interface Token {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: string;
  expiresAt?: string | null;
  lastUsedAt?: string | null;
}

// The visitor's side ------------------------------------------------------------------

export interface Visitor {
  id: string;
  name: string;
  email: string;
  verified: boolean;
  locale: Locale;
}

export interface VisitorAgent {
  id: string;
  firstName: string;
  face: string;
}

export interface VisitorConversation {
  id: string;
  state: ConversationState;
  subject: string;
  lastPosition: number;
  readPosition: number;
  memberReadPosition: number;
  agents: VisitorAgent[];
  lastMessageAt: string;
  preview: string;
}

export interface VisitorMessage {
  id: string;
  conversationId: string;
  position: number;
  author: {
    kind: 'customer' | 'member' | 'system';
    id?: string | null;
    firstName?: string | null;
    face?: string | null;
  };
  text: string;
  attachments: Attachment[];
  clientId?: string | null;
  createdAt: string;
  line?: { type: 'conversation.resolved' | 'conversation.reopened' } | null;
}

export interface VisitorChannel {
  name: string;
  colour: string;
  greeting: { fr: string; en: string };
  languages: Locale[];
  team: { firstName: string; face: string; here: boolean }[];
  open: boolean;
  opensAt?: string | null;
  here: boolean;
  workspace: string;
}

export interface VisitorSession {
  token: string;
  visitor: Visitor;
  conversations: VisitorConversation[];
}

// Events ------------------------------------------------------------------------------

interface Fact {
  seq: number;
  at: string;
  actor: { kind: 'member' | 'customer' | 'system' | 'token'; id?: string | null };
  conversationId?: string | null;
  customerId?: string | null;
}
type Said = 'message.received' | 'message.sent' | 'note.written';
type Moved =
  | 'conversation.assigned'
  | 'conversation.snoozed'
  | 'conversation.woken'
  | 'conversation.resolved'
  | 'conversation.reopened'
  | 'conversation.renamed';

/** What happened, as members see it. A payload whose object is gone or may not be read is null. */
export type Event = Fact &
  (
    | { type: 'conversation.started'; conversation: Conversation | null }
    | { type: Said; message: Message | null; conversation: Conversation | null }
    | { type: Moved; message?: Message | null; conversation: Conversation | null }
    | {
        type: 'conversation.read';
        conversationId: string;
        reader: { kind: 'member' | 'customer'; id: string };
        position: number;
        conversation?: Conversation | null;
      }
    | {
        type: 'customer.identified' | 'customer.changed';
        customer: Customer | null;
        message?: Message | null;
        conversation?: Conversation | null;
      }
    | { type: 'member.joined' | 'member.changed'; member: Member | null }
    | { type: 'team.created' | 'team.changed' | 'team.deleted'; team: Team | null }
    | { type: 'channel.created' | 'channel.changed'; channel: Channel | null }
  );

/** The same facts as a visitor sees them. */
export type VisitorEvent = Fact &
  (
    | { type: 'message.received' | 'message.sent'; message: VisitorMessage; conversation: VisitorConversation }
    | { type: 'conversation.read'; conversation: VisitorConversation }
    | {
        type: 'conversation.resolved' | 'conversation.reopened';
        message?: VisitorMessage | null;
        conversation: VisitorConversation;
      }
    | { type: 'customer.changed'; visitor: Visitor }
  );

// Frames of the live socket -------------------------------------------------------------

export interface TypingAuthor {
  kind: 'customer' | 'member';
  id: string;
  firstName?: string;
  face?: string;
}

export type ServerFrame<E = Event> =
  | {
      type: 'welcome';
      seq: number;
      now: string;
      members?: { id: string; presence: PresenceState }[];
      heartbeat: number;
    }
  | { type: 'event'; event: E }
  | { type: 'skip'; seq: number }
  | { type: 'reload'; seq: number }
  | { type: 'presence'; memberId: string; presence: PresenceState }
  | { type: 'viewers'; conversationId: string; members: string[] }
  | { type: 'typing'; conversationId: string; author: TypingAuthor; on: boolean }
  | { type: 'visitor'; customerId: string; here: boolean; page?: PageVisit | null }
  | { type: 'team'; here: boolean; team: { firstName: string; face: string; here: boolean }[] }
  | { type: 'error'; code: string; detail: string }
  | { type: 'pong' };

export type ClientFrame =
  | { type: 'hello'; last?: number; visitor?: string }
  | { type: 'typing'; conversationId: string; on: boolean }
  | { type: 'viewing'; conversationId: string | null }
  | { type: 'page'; url: string; title: string }
  | { type: 'away'; on: boolean }
  | { type: 'ping' };

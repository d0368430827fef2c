import type { components, paths } from './schema.gen.ts';

/**
 * Shapes of promises, routing and presence that the server's description does not have yet. Each leaves this file for an alias
 * of the generated one as soon as it is there.
 */
type Schemas = components['schemas'];

export type PresenceState = 'here' | 'available' | 'busy' | 'away' | 'offline' | 'finishing';
/** What she can say of herself. */
export type ChosenPresence = 'available' | 'busy' | 'away';

export type PriorityTerm = 'criticality' | 'influence' | 'value' | 'mood' | 'repeat' | 'deadline' | 'slack' | 'waiting';
/** What made the points, in numbers and words that screens word. */
export interface PointDetail {
  criticality?: number;
  reason?: string;
  words?: string[];
  influence?: number;
  value?: number;
  segment?: string;
  mood?: number;
  contacts?: number;
  deadlineAt?: string;
  /** Share of the promise's term that is used, 0 to 1 and more. */
  used?: number;
  /** Seconds. */
  waitingFor?: number;
}
export interface PriorityPoint {
  term: PriorityTerm;
  points: number;
  max?: number;
  detail: PointDetail;
}
/** Why a conversation stands where it stands; the points sum to the total. */
export interface Priority {
  total: number;
  points: PriorityPoint[];
}

export type PromiseKind = Schemas['Owed']['kind'];
export type PromiseMark = 'warned_first' | 'warned_second' | 'missed' | 'missed_long';
export interface Term {
  /** Seconds of open time; of plain time when `always`. */
  for?: number;
  days?: number;
  sameDay?: boolean;
  always?: boolean;
}
export interface GivenPromise {
  id: string;
  kind: PromiseKind;
  state: 'running' | 'paused' | 'kept' | 'missed' | 'late' | 'void';
  madeAt: string;
  dueAt: string;
  endedAt?: string;
  /** Seconds, as the customer lived it. */
  took?: number;
  policyId?: string;
  policyName: string;
  policyVersion: number;
  term: Term;
  marks: PromiseMark[];
  calendarId?: string;
}

export type OfferReason = 'adviser' | 'last' | 'skills' | 'language' | 'free' | 'overflow';
export type DeclineReason = 'busy' | 'skill' | 'language' | 'break' | 'other';
export interface Offer {
  id: string;
  conversationId: string;
  conversation: Schemas['Conversation'];
  why: OfferReason[];
  madeAt: string;
  expiresAt: string;
  state: 'ringing' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
}

export interface Callback {
  id: string;
  conversationId: string;
  customerId: string;
  phone: string;
  at: string;
  state: 'asked' | 'done' | 'unreachable' | 'cancelled';
  dueAt: string;
  createdAt: string;
}

// What happens ------------------------------------------------------------------------

type Fact<T extends string, P> = {
  seq: number;
  at: string;
  type: T;
  actor: Schemas['EventActor'];
  conversationId?: string;
  customerId?: string;
} & P;
type OfConversation = { conversation: Schemas['Conversation'] | null };

export type ComingEvent =
  | Fact<
      | 'promise.made'
      | 'promise.paused'
      | 'promise.resumed'
      | 'promise.warned'
      | 'promise.kept'
      | 'promise.missed'
      | 'promise.late'
      | 'promise.voided',
      OfConversation & { promise: GivenPromise | null }
    >
  | Fact<'conversation.ranked', OfConversation>
  | Fact<'offer.made' | 'offer.ended', OfConversation & { offer: Offer | null }>
  | Fact<'presence.changed', { memberId: string; presence: PresenceState }>
  | Fact<'rule.ran', OfConversation & { ruleId: string }>
  | Fact<'routing.changed', { what: string; id?: string }>
  | Fact<'callback.asked' | 'callback.ended', OfConversation & { callback: Callback | null }>;

// Routes ------------------------------------------------------------------------------

interface Route<B, A, Q = undefined> {
  parameters: { query?: Q };
  requestBody: { content: { 'application/json': B } };
  responses: { 200: { content: { 'application/json': A } } };
}
type Asked<A> = Omit<Route<never, A>, 'requestBody'>;
type List<A> = { items: A[] };
interface Coming {
  '/api/v1/conversations/{id}/priority': { get: Asked<Priority> };
  '/api/v1/conversations/{id}/promises': { get: Asked<List<GivenPromise>> };
  '/api/v1/conversations/{id}/take': { post: Route<{ version: number }, Schemas['Conversation']> };
  '/api/v1/offers': { get: Asked<List<Offer>> };
  '/api/v1/offers/{id}/accept': { post: Route<undefined, Schemas['Conversation']> };
  '/api/v1/offers/{id}/decline': { post: Route<{ reason: DeclineReason }, undefined> };
  '/api/v1/queues/next': { post: Route<{ teamId?: string }, Schemas['Conversation'] | undefined> };
  '/api/v1/callbacks': { get: Asked<List<Callback>> };
  '/api/v1/callbacks/{id}/done': { post: Route<{ outcome: 'done' | 'unreachable' }, Callback> };
  '/api/v1/me/presence': { put: Route<{ presence: ChosenPresence; backAt?: string }, undefined> };
}
type Verbs = Record<'get' | 'post' | 'put' | 'patch' | 'delete', unknown>;
type Padded<T> = { [K in keyof T]: Omit<Verbs, keyof T[K]> & T[K] };
export type AllPaths = Omit<paths, keyof Coming> & Padded<Coming>;

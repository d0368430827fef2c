import type { Answer, Api, Body } from '@visavis/client';

type ItemOf<T extends { items: readonly unknown[] }> = T['items'][number];
/** What the server leaves out or calls null, as the empty thing that it is. */
type Whole<T> = { [K in keyof T]-?: NonNullable<T[K]> };

export type Calendar = ItemOf<Answer<'get', '/calendars'>>;
export type Hours = Calendar['hours'];
export type Slot = Whole<Hours>['week'][number];
export type Season = Whole<Hours>['seasons'][number];
export type SpecialDay = Whole<Hours>['days'][number];
export type Span = { from: string; to: string };
export type Country = ItemOf<Answer<'get', '/countries'>>;
export type Holiday = ItemOf<Answer<'get', '/holidays'>>;
export type CalendarPreview = Answer<'post', '/calendars/preview'>;

export type Policy = ItemOf<Answer<'get', '/policies'>>;
export type PolicyBody = Omit<Body<'post', '/policies'>, 'version'>;
export type DefaultPolicy = Answer<'get', '/policies'>['defaults'][number];
export type Terms = Policy['terms'];
export type TermKind = keyof Terms;
export type Term = NonNullable<Terms[TermKind]>;
export type Escalation = Policy['escalations'][number];
export type Scope = Policy['when'];

export type RoutingSettings = Answer<'get', '/routing'>;
export type RoutingBody = Omit<Body<'put', '/routing'>, 'version'>;
export type Weights = RoutingSettings['weights'];
export type Capacity = RoutingSettings['capacity'];
export type WeightsPreview = Answer<'post', '/routing/preview'>;

export type Queue = ItemOf<Answer<'get', '/queues'>> & { id: string };
export type QueueBody = Omit<Body<'put', `/queues/${string}`>, 'version'>;
export type Profile = ItemOf<Answer<'get', '/profiles'>> & { id: string };
export type ProfileBody = Omit<Body<'put', `/profiles/${string}`>, 'version'>;

export type Rule = ItemOf<Answer<'get', '/rules'>>;
export type RuleBody = Body<'post', '/rules'>;
export type RuleField = Answer<'get', '/rules'>['fields'][number];
export type Condition = NonNullable<RuleBody['if']>[number];
export type Action = RuleBody['then'][number];
export type Trigger = RuleBody['when'][number];
export type RuleTest = Answer<'post', '/rules/test'>;

export const queueId = (teamId: string): string => teamId || 'general';

/** The calls of hours, promises, priority, routing and rules, by what they are for. */
export function routingCalls(api: Api) {
  return {
    calendars: async () => (await api.get('/calendars')).items,
    createCalendar: (name: string, hours: Hours) => api.post('/calendars', { name, hours }),
    changeCalendar: ({ id, version }: Calendar, name: string, hours: Hours) =>
      api.patch(`/calendars/${id}`, { name, hours, version }),
    deleteCalendar: (id: string) => api.delete(`/calendars/${id}`),
    previewCalendar: (hours: Hours, term?: Term, signal?: AbortSignal) =>
      api.post('/calendars/preview', { hours, ...(term ? { term } : {}) }, signal ? { signal } : {}),
    readCalendarFile: async (file: File, zone: string) => (await api.readCalendar(file, zone)).days,
    countries: async () => (await api.get('/countries')).items,
    holidays: async (country: string, region: string, year: number) =>
      (await api.get('/holidays', { country, region, year })).items,

    policies: () => api.get('/policies'),
    createPolicy: (policy: PolicyBody) => api.post('/policies', policy),
    changePolicy: ({ id, version }: Policy, policy: PolicyBody) => api.put(`/policies/${id}`, { ...policy, version }),
    deletePolicy: (id: string) => api.delete(`/policies/${id}`),
    orderPolicies: (ids: readonly string[]) => api.post('/policies/order', { ids: [...ids] }),
    policyVersions: async (id: string) => (await api.get(`/policies/${id}/versions`)).items,

    routing: () => api.get('/routing'),
    changeRouting: ({ version }: RoutingSettings, next: RoutingBody) => api.put('/routing', { ...next, version }),
    previewWeights: (weights: Weights, signal: AbortSignal) => api.post('/routing/preview', { weights }, { signal }),

    queues: async () => (await api.get('/queues')).items.map(asQueue),
    changeQueue: async ({ id, version }: Queue, queue: QueueBody) =>
      asQueue(await api.put(`/queues/${id}`, { ...queue, version })),
    profiles: async () => (await api.get('/profiles')).items.map(asProfile),
    changeProfile: async ({ memberId, version }: Profile, profile: ProfileBody) =>
      asProfile(await api.put(`/profiles/${memberId}`, { ...profile, version })),

    rules: () => api.get('/rules'),
    createRule: (rule: RuleBody) => api.post('/rules', rule),
    changeRule: ({ id, version }: Rule, rule: RuleBody) => api.put(`/rules/${id}`, { ...rule, version }),
    deleteRule: (id: string) => api.delete(`/rules/${id}`),
    orderRules: (ids: readonly string[]) => api.post('/rules/order', { ids: [...ids] }),
    testRule: (rule: RuleBody) => api.post('/rules/test', rule, { timeout: 60_000 }),
    webhooks: async () => (await api.get('/webhooks')).items.map(({ id, name }) => ({ id, name })),
  };
}

export type RoutingCalls = ReturnType<typeof routingCalls>;

function asQueue(queue: Omit<Queue, 'id'>): Queue {
  return { ...queue, id: queueId(queue.teamId) };
}
function asProfile(profile: Omit<Profile, 'id'>): Profile {
  return { ...profile, id: profile.memberId };
}

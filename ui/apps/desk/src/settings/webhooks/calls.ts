import type { Answer, Api, Body } from '@visavis/client';

export type Webhook = Answer<'get', '/webhooks'>['items'][number];
export type Delivery = Answer<'get', `/webhooks/${string}/deliveries`>['items'][number];
export type NewWebhook = Body<'post', '/webhooks'>;
export type WebhookChange = Omit<Body<'patch', `/webhooks/${string}`>, 'version'>;

/** The calls of this section, by what they are for. */
export function webhookCalls(api: Api) {
  return {
    list: async () => (await api.get('/webhooks')).items,
    create: (webhook: NewWebhook) => api.post('/webhooks', webhook),
    change: ({ id, version }: Webhook, change: WebhookChange) => api.patch(`/webhooks/${id}`, { ...change, version }),
    remove: (id: string) => api.delete(`/webhooks/${id}`),
    secret: async (id: string) => (await api.post(`/webhooks/${id}/secret`)).secret,
    // The receiver has ten seconds to answer.
    test: (id: string) => api.post(`/webhooks/${id}/test`, undefined, { timeout: 30_000 }),
    types: async () => (await api.get('/event-types')).items,
    deliveries: (id: string, cursor?: string) => api.get(`/webhooks/${id}/deliveries`, { cursor, limit: 20 }),
    resend: (id: string, delivery: string) => api.post(`/webhooks/${id}/deliveries/${delivery}/resend`),
  };
}

export type WebhookCalls = ReturnType<typeof webhookCalls>;

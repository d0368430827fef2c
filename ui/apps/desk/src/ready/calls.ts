import type { Answer, Api, Body } from '@visavis/client';

export type ReadyAnswer = Answer<'get', '/templates'>['items'][number];
export type ReadyBody = Body<'post', '/templates'>;
export type Wording = ReadyAnswer['text'];
export type Language = keyof Wording;
export type FilledAnswer = Answer<'post', `/templates/${string}/render`>;

export const languages: readonly Language[] = ['fr', 'en'];

/** The calls of ready answers, by what they are for: the settings write them, whoever answers finds and fills them. */
export function readyCalls(api: Api) {
  return {
    /** Everybody's and those of her teams, the best fit first. */
    find: async (q: string, signal?: AbortSignal) =>
      (await api.get('/templates', { q }, signal ? { signal } : {})).items,
    /** Those of every team; needs the right to read the settings. */
    all: async () => (await api.get('/templates', { all: true })).items,
    create: (ready: ReadyBody) => api.post('/templates', ready),
    change: ({ id, version }: ReadyAnswer, ready: ReadyBody) => api.put(`/templates/${id}`, { ...ready, version }),
    remove: (id: string) => api.delete(`/templates/${id}`),
    /** Filled for one conversation, in the customer's language when none is said. */
    fill: (id: string, conversationId: string, language?: Language) =>
      api.post(`/templates/${id}/render`, { conversationId, ...(language ? { language } : {}) }),
  };
}

export type ReadyCalls = ReturnType<typeof readyCalls>;

import type { Answer, Api, Body } from '@visavis/client';

type Sent = Body<'put', '/promise-page'>;

/** The public page, under an id of its own so that forms treat it as any other thing. */
export type PublicPage = Answer<'get', '/promise-page'> & { id: 'page' };
/** What can be written of it: everything but its figures. */
export type PageBody = Omit<Sent, 'version'>;
/** Words in both languages; one that is empty is shown in the other. */
export type Words = PageBody['word'];

const kept = (page: Answer<'get', '/promise-page'>): PublicPage => ({ ...page, id: 'page' });

/** The calls about the public page. */
export function pageCalls(api: Api) {
  return {
    read: async () => kept(await api.get('/promise-page')),
    save: async (body: PageBody, version: number) => kept(await api.put('/promise-page', { ...body, version })),
  };
}

export type PageCalls = ReturnType<typeof pageCalls>;

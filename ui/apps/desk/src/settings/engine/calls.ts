import type { Answer, Api, Body } from '@visavis/client';

export type EngineBody = Omit<Body<'put', '/reader/engine'>, 'version'>;
export type EngineTrial = Answer<'post', '/reader/engine/test'>;

/** The one engine under an id of its own, so that forms treat it as any other thing. */
export type KeptEngine = Answer<'get', '/reader/engine'> & { id: 'engine' };
const kept = (engine: Answer<'get', '/reader/engine'>): KeptEngine => ({ ...engine, id: 'engine' });

export function engineCalls(api: Api) {
  return {
    read: async () => kept(await api.get('/reader/engine')),
    change: async ({ version }: KeptEngine, body: EngineBody) =>
      kept(await api.put('/reader/engine', { ...body, version })),
    test: () => api.post('/reader/engine/test'),
  };
}
export type EngineCalls = ReturnType<typeof engineCalls>;

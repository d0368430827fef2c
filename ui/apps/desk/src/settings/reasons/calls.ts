import type { Api, Reason, Reasons } from '@visavis/client';

/** The tree under an id of its own, so that forms treat it as any other thing. */
export type KeptReasons = Reasons & { id: 'reasons' };
const kept = (reasons: Reasons): KeptReasons => ({ ...reasons, id: 'reasons' });

export function reasonCalls(api: Api) {
  return {
    read: async () => kept(await api.get('/reasons')),
    change: async ({ version }: Reasons, items: Reason[]) => kept(await api.put('/reasons', { items, version })),
  };
}
export type ReasonCalls = ReturnType<typeof reasonCalls>;

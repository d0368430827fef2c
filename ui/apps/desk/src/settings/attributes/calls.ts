import type { Api, ListenSettings } from '@visavis/client';
import type { TellBody } from './draft.svelte.ts';

/** The settings under an id of their own, so that forms treat them as any other thing. */
export type KeptListening = ListenSettings & { id: 'listening' };
const kept = (settings: ListenSettings): KeptListening => ({ ...settings, id: 'listening' });

export function attributeCalls(api: Api) {
  return {
    read: async () => kept(await api.get('/listening')),
    change: async ({ falseAlarmDays, version }: KeptListening, body: TellBody) =>
      kept(await api.put('/listening', { falseAlarmDays, ...body, version })),
    occurring: async () => (await api.get('/attributes/occurring')).items,
  };
}
export type AttributeCalls = ReturnType<typeof attributeCalls>;

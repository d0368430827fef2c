import { follow, type Answer, type Api } from '@visavis/client';

export type Proposal = Answer<'post', '/channels/detect'>['items'][number];
export type DomainRecord = Answer<'get', `/channels/${string}/records`>['items'][number];

/** One step of a trial, as it begins and as it ends. */
export interface Step {
  name: string;
  part: 'in' | 'out';
  state: 'running' | 'done' | 'failed';
  problem?: string;
  answer?: string;
  detail?: string;
  millis: number;
}

/** The calls about a mailbox, by what they are for. */
export function mailboxCalls(api: Api) {
  return {
    // Eight questions to the network may take as many seconds.
    detect: async (address: string) =>
      (await api.post('/channels/detect', { kind: 'email', address }, { timeout: 30_000 })).items,
    secretNames: async (id: string) => (await api.get(`/channels/${id}/secrets`)).names,
    setSecrets: (id: string, secrets: Record<string, string>) => api.put(`/channels/${id}/secrets`, { secrets }),
    try: (id: string, told: (step: Step) => void, signal: AbortSignal) =>
      follow<Step>(api, `/channels/${id}/try`, told, signal),
    records: async (id: string, domain: string) => (await api.get(`/channels/${id}/records`, { domain })).items,
    consent: (id: string) => api.post(`/channels/${id}/authorisation`, undefined),
    makeKeys: (id: string, domain: string) => api.post(`/channels/${id}/signing-keys`, { domain }),
  };
}

export type MailboxCalls = ReturnType<typeof mailboxCalls>;

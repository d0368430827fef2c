export const tabs = ['quarantine', 'failed', 'waiting', 'all'] as const;
export type Tab = (typeof tabs)[number];

/** "failed/0199…" is the tab of letters that did not leave, on one of them; what is unknown falls on the quarantine. */
export function readTab(path: string): { tab: Tab; id: string | null } {
  const [first, id] = path.split('/');
  return { tab: tabs.find((tab) => tab === first) ?? 'quarantine', id: id || null };
}

export function tabHash(tab: Tab, id?: string): string {
  return id === undefined ? `#/mail/${tab}` : `#/mail/${tab}/${id}`;
}

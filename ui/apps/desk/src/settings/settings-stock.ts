import type { RoutingCalls, RoutingSettings } from './routing-calls.ts';
import { Stock } from './stock.svelte.ts';

/** The one set of routing settings, under an id of its own so that forms treat it as any other thing. */
export type KeptSettings = RoutingSettings & { id: 'routing' };
export const kept = (settings: RoutingSettings): KeptSettings => ({ ...settings, id: 'routing' });

export function settingsStock(calls: RoutingCalls): Stock<KeptSettings> {
  return new Stock<KeptSettings>(async () => [kept(await calls.routing())]);
}

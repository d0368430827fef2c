import type { Bridge } from './bridge';
import type { Chat } from './chat.svelte';
import { Sos } from './sos.svelte';
import type { Store } from './store';

/** What a live assistance needs: fetched when somebody may ask for one, never with the chat itself. */
export { default as Assist } from './Assist.svelte';
export { default as Ask } from './Ask.svelte';

/** An assistance of this tab, with the page around the chat to be seen where there is one. */
export function sosOf(chat: Chat, tab: Store, bridge: Bridge): Sos {
  const sos = new Sos(chat, tab);
  if (bridge.host) sos.lend = (port) => bridge.say({ type: 'cobrowse' }, port);
  return sos;
}

/** What a live assistance needs: fetched when somebody may ask for one, never with the chat itself. */
export { Sos } from './sos.svelte';
export { default as Assist } from './Assist.svelte';
export { default as Ask } from './Ask.svelte';

/** What she is asked for in a call and what she has allowed: fetched once somebody is there. */
export { default as Questions } from './Questions.svelte';
export { default as Recorded } from './Recorded.svelte';
export { default as Shown } from './Shown.svelte';
export { words } from './agreed-words';

/**
 * What a conversation needs beyond its first words: the faces, what was answered, the live line, files on
 * their way and files received. Fetched once the
 * chat is open and at rest, so that a customer on a slow line can write before it is here.
 */
export { default as Carried } from './Carried.svelte';
export { default as Said } from './Said.svelte';
export { default as Tray } from './Tray.svelte';
export { Files } from './files.svelte';
export { profile, readFace, shoulders } from '@visavis/kit/faces.ts';
export { Live } from '@visavis/client/live.ts';

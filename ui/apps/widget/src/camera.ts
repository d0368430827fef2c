/** Her own camera: fetched when she wants to see herself, never before. */
export { default as Camera } from './Camera.svelte';

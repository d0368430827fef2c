import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const names = new Map<string, string>();

/** Class names of one or two letters: they are repeated on every element, and each letter is paid for on a slow line. */
function short(filename: string): string {
  const name = names.get(filename) ?? `v${names.size.toString(36)}`;
  names.set(filename, name);
  return name;
}

/** All styles are in one sheet and chunks name no others, so vite's helper that preloads both would be dead weight. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : undefined),
};

/**
 * Every `$state` of the chat holds a plain value, a node, or is raw, so svelte's deep proxies would be dead weight too.
 * `plain-state.test.ts` watches over that.
 */
const plainState: Plugin = {
  name: 'plain-state',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('svelte/src/internal/client/proxy.js')
      ? 'export const proxy = (value) => value, get_proxied_value = proxy, is = Object.is;'
      : undefined,
};

/** The page inside the frame, served at /chat/. One script: a slow line pays for one round trip, not for five. */
export default defineConfig({
  base: '/chat/',
  plugins: [
    plainImports,
    plainState,
    svelte({ compilerOptions: { runes: true, cssHash: ({ filename }) => short(filename) } }),
  ],
  build: {
    outDir: '../../dist/chat',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
  },
});

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const server = process.env['VISAVIS_URL'] ?? 'http://127.0.0.1:8080';

/** The desk: one page under /desk/, embedded in the server's binary. Nothing is inlined, for the sake of its strict content policy. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/desk/',
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  build: {
    outDir: '../../dist/desk',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  // Workers stand apart: the server gives them a content policy of their own.
  worker: { rolldownOptions: { output: { entryFileNames: 'worker/[name]-[hash].js' } } },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/content': { target: server },
      '/loader.js': { target: server },
      '/chat': { target: server },
    },
  },
});

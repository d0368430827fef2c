import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** One run for every room of the front end; the state classes are compiled like in the app. */
export default defineConfig({
  plugins: [svelte({ configFile: new URL('./svelte.config.js', import.meta.url).pathname })],
  resolve: { conditions: ['browser'] },
  test: {
    include: ['client/src/**/*.test.ts', 'kit/src/**/*.test.ts', 'talk/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
    environment: 'node',
  },
});

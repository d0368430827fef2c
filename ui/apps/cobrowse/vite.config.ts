import { defineConfig } from 'vite';

/** One classic script, fetched by the loader once she lets her agent see the page. */
export default defineConfig({
  build: {
    outDir: '../../dist',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'src/main.ts', formats: ['iife'], name: 'visavisCobrowse', fileName: () => 'cobrowse.js' },
  },
});

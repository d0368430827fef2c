import { defineConfig } from 'vite';

/** One classic script without imports, so that the two-line snippet is all a site needs. */
export default defineConfig({
  build: {
    outDir: '../../dist',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'src/main.ts', formats: ['iife'], name: 'visavisLoader', fileName: () => 'loader.js' },
  },
});

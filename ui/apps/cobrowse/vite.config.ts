import { defineConfig } from 'vite';

/**
 * Classic scripts, one a run: the recorder, fetched by the loader once a customer lets her agent see the page, and the tester of an
 * administrator's rules, whose frame belongs to no origin and could fetch no module.
 */
export default defineConfig(({ mode }) => {
  const part = mode === 'tester' ? 'tester' : 'cobrowse';
  return {
    build: {
      outDir: '../../dist',
      emptyOutDir: false,
      target: 'es2022',
      lib: {
        entry: part === 'tester' ? 'src/tester.ts' : 'src/main.ts',
        formats: ['iife'],
        name: `visavis_${part}`,
        fileName: () => `${part}.js`,
      },
    },
  };
});

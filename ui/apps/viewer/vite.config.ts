import { defineConfig } from 'vite';

/** The page on which a customer's page is shown, served on an origin of its own. */
export default defineConfig({
  build: {
    outDir: '../../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

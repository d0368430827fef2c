import { defineConfig } from 'vitest/config';

// Journeys drive one browser against one server, one after the other: two cores are the machine they must pass on.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['journeys/**/*.e2e.ts'],
    // The pictures of the documentation are taken when they are asked for: they show, and check nothing.
    exclude: process.env.VISAVIS_SCREENSHOTS ? [] : ['journeys/pictures.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 150_000,
    hookTimeout: 120_000,
    // The machine may be busy: what is waited for has this long to come. The journey goes on as soon as it does.
    expect: { poll: { timeout: 45_000, interval: 100 } },
    // A journey that fails is walked once more, and once again, and told of as such: see the end of what scripts/check prints.
    retry: 2,
    reporters: process.env.CI ? ['verbose'] : ['default'],
  },
});

import { defineConfig } from 'vitest/config';

// A config of its own: a real Karmada takes its time, and is not there in `npm test`.
export default defineConfig({
  test: {
    include: ['test/contract/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from '../patience.ts';

// A config of its own: a real Karmada takes its time, and is not there in `npm test`.
export default defineConfig({
  test: {
    include: ['test/contract/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    expect: { poll: { timeout: PATIENCE_MS } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

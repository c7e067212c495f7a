import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/**', 'node_modules/**'],
    globalSetup: ['test/globalSetup.ts'],
    pool: 'forks',
    // Two cores are what CI has; the third worker fills them while others wait for a server or a browser.
    maxWorkers: 3,
    // What a test waits for comes within milliseconds on an idle machine; the default of one second fails on a busy one.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** One browser for more than a minute, mostly waiting: begun last, it would run alone at the end. */
const LONGEST = 'test/web/page.test.ts';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith(LONGEST);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

export default defineConfig({
  test: {
    // Two cores are what CI has; the third worker fills them while others wait for a server or a browser.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        // Pure functions, but for what they write into folders of their own: to load them for each file anew took a fifth of the time.
        test: { name: 'infra', include: ['test/infra/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'service',
          include: ['test/**/*.test.ts'],
          exclude: ['test/contract/**', 'test/infra/**', 'node_modules/**'],
        },
      },
    ],
    sequence: { sequencer: LongestFirst },
    globalSetup: 'test/global-setup.ts',
    pool: 'forks',
    // What a test waits for comes within milliseconds on an idle machine; the default of one second fails on a busy one.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PATIENCE_MS } from './test/patience.ts';

/** The files that take longest, mostly waiting: begun last, each would run alone at the end. Why they do: CONTRIBUTING.md. */
const LONGEST = [
  'test/web/page.test.ts',
  'test/fault/dispatch-faults.test.ts',
  'test/infra/helm/equivalence.test.ts',
  'test/service/cli/tour.test.ts',
  'test/infra/helm/invalid.test.ts',
  'test/service/cli/jobs.test.ts',
  'test/fault/dispatch-kill.test.ts',
  'test/service/operator/ends.test.ts',
  'test/infra/helm/set.test.ts',
  'test/infra/synth.test.ts',
  'test/flow/first-implementation.test.ts',
  'test/service/local/dev.test.ts',
  'test/service/api/event-stream.test.ts',
  'test/infra/random-settings.test.ts',
  'test/service/cli/process.test.ts',
  'test/service/operator/controller.test.ts',
  'test/service/operator/operator.test.ts',
  'test/fault/monitor-replicas.test.ts',
  'test/service/operator/progress.test.ts',
  'test/infra/helm/chart.test.ts',
  'test/service/dispatch/endings.test.ts',
  'test/infra/helm/package.test.ts',
  'test/service/local/postgres.test.ts',
  'test/infra/promote.test.ts',
  'test/service/monitor/failures.test.ts',
  'test/fault/dispatch-database.test.ts',
  'test/service/local/training-operators.test.ts',
  'test/service/learning/whole.test.ts',
  'test/service/monitor/poll.test.ts',
  'test/service/api/process.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return found < 0 ? LONGEST.length : found;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/**', 'node_modules/**'],
    // Two cores are what CI has. Half of their time tests wait, for a server or a browser: four workers took 338 s, six took 295 s, but
    // beside another process that takes a core three tests of those were late.
    maxWorkers: 4,
    pool: 'forks',
    // Files share a worker's modules: to load them for each anew took a third of all CPU time. So a test leaves nothing behind in a
    // module, nor in process.env or a clock.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    globalSetup: 'test/global-setup.ts',
    expect: { poll: { timeout: PATIENCE_MS } },
    // So that of what is waited for in a test its own patience ends first, and says what it was.
    testTimeout: 5 * PATIENCE_MS,
    hookTimeout: 5 * PATIENCE_MS,
  },
});

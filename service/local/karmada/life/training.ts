import { numberAt, type StoredObject, textAt } from '../../kube/objects.ts';
import { environmentOf, type Outcome } from './outcome.ts';
import { createTrainingLog, type TrainingLog } from './training-log.ts';

/** How far the program of a RayJob is: what it has written since the last look, and whether it has ended. */
export interface Progress {
  /** Of the run, 0 to 1; not known of a program that tells of itself. */
  readonly part?: number;
  readonly lines: readonly string[];
  /** Simulated seconds until it ends, when it has not. */
  readonly secondsLeft: number;
  readonly end: { readonly jobStatus: 'SUCCEEDED' | 'FAILED' | 'STOPPED'; readonly message: string } | undefined;
}

/** What there is to do before a program can start, while Ray calls its job pending. */
export interface Preparation {
  readonly lines: readonly string[];
  readonly ready: boolean;
  /** It cannot start. */
  readonly end?: Progress['end'];
}

/** The programs that run in one member, by jobId: another try is another program. */
export interface Trainings {
  /** Asked again until it is ready. */
  prepare(job: StoredObject): Preparation;
  progress(job: StoredObject, outcome: Outcome): Progress;
  forget(job: StoredObject): void;
  /** The node of its program has gone, and it with it, without a word. */
  lose(job: StoredObject): void;
}

interface Run {
  readonly log: TrainingLog;
  readonly startedAt: number;
}

export function createTrainings(speed: number): Trainings {
  const runs = new Map<string, Run>();
  const keyOf = (job: StoredObject): string => textAt(job, 'status', 'jobId') ?? job.metadata.uid;

  function runOf(job: StoredObject): Run {
    const known = runs.get(keyOf(job));
    if (known) return known;
    const fresh = { log: createTrainingLog(job.metadata.name, environmentOf(job)), startedAt: Date.now() };
    runs.set(keyOf(job), fresh);
    return fresh;
  }

  return {
    prepare: () => ({ lines: [], ready: true }),
    progress(job, { seconds, end, failures }) {
      const { log, startedAt } = runOf(job);
      const part = (((Date.now() - startedAt) / 1_000) * speed) / Math.max(seconds, 0.001);
      const goesWrong = end === 'fail' || (numberAt(job, 'status', 'failed') ?? 0) < failures;
      const endsAt = end === 'never' ? Number.POSITIVE_INFINITY : goesWrong || end === 'stop' ? 0.5 : 1;
      const lines = log.until(Math.min(1, part));
      const secondsLeft = (endsAt - part) * seconds;
      if (part < endsAt) return { part, lines, secondsLeft, end: undefined };
      if (goesWrong) {
        const trace = log.failure();
        const message = `Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n${trace.join('\n')}`;
        return { part, lines: [...lines, ...trace], secondsLeft: 0, end: { jobStatus: 'FAILED', message } };
      }
      if (end === 'stop') {
        return {
          part,
          lines,
          secondsLeft: 0,
          end: { jobStatus: 'STOPPED', message: 'Job was intentionally stopped.' },
        };
      }
      const done = { jobStatus: 'SUCCEEDED', message: 'Job finished successfully.' } as const;
      return { part, lines: [...lines, ...log.success()], secondsLeft: 0, end: done };
    },
    forget: (job) => void runs.delete(keyOf(job)),
    lose: (job) => void runs.delete(keyOf(job)),
  };
}

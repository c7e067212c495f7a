import type { Logger } from 'pino';
import type { TrainingProgress } from '../jobs/progress.ts';
import { gathered } from '../store/gather.ts';
import type { ProgressEntry, ProgressStore, Reporter } from '../store/store.ts';
import type { Report } from '../trainingjob/index.ts';
import { absorbReport } from './absorb.ts';
import { TrainingMemory } from './memory.ts';
import type { CurveRecorder } from './recorder.ts';

/** What is known of a job that reports is asked for again after that: whether it has ended, say. */
const KNOWN_FOR_MS = 30_000;
/** Sooner where another object of the job reports than is known: the next attempt has begun, or the last one is not gone. */
const DOUBTED_AFTER_MS = 1_000;
const MAX_KNOWN = 100_000;
/** Who has told nothing for so long has perhaps ended. */
const REMEMBERED_FOR_MS = 900_000;
/** Reports that come within this share a statement. */
const GATHER_MS = 50;
const ASKED_TOGETHER = 500;

interface ReportersOptions {
  readonly store: Pick<ProgressStore, 'reporters' | 'save'>;
  readonly recorder: Pick<CurveRecorder, 'take'>;
  readonly log: Logger;
  readonly now?: () => number;
}

export interface Reporters {
  /** What the job's object of this name tells, itself or in its log; the answer is why it is not taken. */
  take(
    jobId: string,
    objectName: string,
    report: Report,
    source: 'report' | 'log',
  ): Promise<{ readonly ignored: string } | undefined>;
  /** That they have ended. */
  end(jobIds: readonly string[]): void;
  /** After what was taken is written. */
  stop(): Promise<void>;
  /** How many jobs it holds something of. */
  remembered(): number;
}

interface Known {
  readonly reporter: Reporter | undefined;
  readonly askedAt: number;
  progress: TrainingProgress | null;
  /** By the training's own clock; of a log by the kubelet's. */
  toldAt: number;
}

/** How far jobs are that report themselves: in memory until it is written, a moment later. */
export function createReporters({ store, recorder, log, now = Date.now }: ReportersOptions): Reporters {
  const known = new TrainingMemory<Known>(MAX_KNOWN);
  const ask = gathered<string, Reporter | undefined>(
    async (ids) => {
      const found = await store.reporters([...new Set(ids)]);
      return ids.map((id) => found.get(id));
    },
    { most: ASKED_TOGETHER, atOnce: 2 },
  );
  let waiting = new Map<string, ProgressEntry>();
  let writing: Promise<void> | undefined;

  async function look(jobId: string, objectName: string): Promise<Known> {
    const before = known.get(jobId);
    const isDoubted = before?.reporter?.objectName !== objectName;
    if (before && now() - before.askedAt < (isDoubted ? DOUBTED_AFTER_MS : KNOWN_FOR_MS)) return before;
    const reporter = await ask(jobId);
    const meanwhile = known.get(jobId);
    const isSame = meanwhile?.reporter?.objectName === reporter?.objectName;
    const fresh: Known = {
      reporter,
      askedAt: now(),
      progress: (isSame ? meanwhile?.progress : undefined) ?? reporter?.progress ?? null,
      toldAt: (isSame ? meanwhile?.toldAt : undefined) ?? readUpTo(reporter),
    };
    known.put(jobId, fresh);
    if (!reporter || reporter.isOver) known.end([jobId]);
    known.forgetOld(({ askedAt }) => now() - askedAt > REMEMBERED_FOR_MS);
    return fresh;
  }

  /** What comes while it is written goes with the next statement. */
  async function write(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (waiting.size > 0) {
      const entries = [...waiting.values()];
      waiting = new Map();
      await store.save(entries, []).catch((error: unknown) => {
        log.warn({ err: error }, 'Reports of trainings could not be written; the next ones take their place');
      });
    }
    writing = undefined;
  }

  return {
    async take(jobId, objectName, report, source) {
      const job = await look(jobId, objectName);
      const { reporter } = job;
      if (!reporter) return { ignored: 'there is no such job' };
      if (reporter.objectName !== objectName) return { ignored: 'another attempt of the job has taken its place' };
      // The end of its log is read when it has ended.
      if (reporter.isOver && source === 'report') return { ignored: 'the job has ended' };
      const isSelfTold = job.progress?.source === 'report' && job.progress.attempt === reporter.attempt;
      if (isSelfTold && source === 'log') return { ignored: 'the job reports itself' };
      // A clock that is ahead must not make all later reports look old.
      const toldAt = Math.min(report.time.getTime(), now());
      if (toldAt < job.toldAt) return { ignored: 'a later report is known' };
      job.toldAt = toldAt;
      const [cluster = null] = reporter.clusters;
      const progress = absorbReport(job.progress, report, { attempt: reporter.attempt, source });
      job.progress = progress;
      // Of numbers that are told seldom the curve has those moments alone.
      recorder.take({
        jobId,
        cluster,
        progress: { ...progress, ...numbersOf(report, progress) },
        ...(source === 'log' && { at: toldAt }),
      });
      if (cluster !== null) {
        waiting.set(jobId, { jobId, cluster, progress, under: [] });
        writing ??= write();
      }
      return undefined;
    },
    end: (jobIds) => known.end(jobIds),
    async stop() {
      await writing;
    },
    remembered: () => known.size,
  };
}

/** Of a log: what was learnt of it before a restart is not learnt once more. */
function readUpTo(reporter: Reporter | undefined): number {
  const progress = reporter?.progress;
  const isOfThis = progress?.source === 'log' && progress.attempt === reporter?.attempt;
  return isOfThis ? progress.at.getTime() : Number.NEGATIVE_INFINITY;
}

const numbersOf = (report: Report, { metrics }: TrainingProgress): Pick<TrainingProgress, 'loss' | 'metrics'> => ({
  loss: report.metrics.loss ?? null,
  metrics: Object.fromEntries(Object.entries(metrics).filter(([name]) => report.metrics[name] !== undefined)),
});

import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from 'pino';
import { boundedNumbers, type CurvePoint } from '../jobs/curve.ts';
import type { TrainingProgress } from '../jobs/progress.ts';
import { forgetBeyond, putNewest } from '../newest.ts';
import type { CurveEntry, CurveStore } from '../store/store.ts';
import { nextPace, type PaceOfSteps, secondsOfStep } from '../trainingjob/index.ts';
import { TrainingMemory } from './memory.ts';

const WRITE_EVERY_MS = 1_000;
/**
 * Jobs in one statement, some 100 ms. Where more report in a second they take turns, and each turn brings what several reports
 * told: of 50,000 jobs each is written every 25 s.
 */
const WRITTEN_AT_ONCE = 2_000;
/** While the database is away: beyond these, what was told first is let go. */
const MAX_WAITING_JOBS = 100_000;
const MAX_WAITING_POINTS = 256;
/** Jobs whose pace and place are remembered; of others the next report begins anew. */
const MAX_REMEMBERED = 100_000;
/** Longer than the steps of nearly all trainings. */
const REMEMBERED_FOR_MS = 6 * 3_600_000;
/** Who has told nothing for so long has perhaps ended. */
const SETTLED_AFTER_MS = 60_000;
/** Of one that had not, and told nothing since: whether it has now. */
const ASKED_AGAIN_AFTER_MS = 600_000;

interface RecorderOptions {
  readonly store: Pick<CurveStore, 'append' | 'settle' | 'ended'>;
  /** Jobs of which it was found that they have ended, some time ago. */
  readonly onEnded?: (jobIds: readonly string[]) => void;
  readonly log: Logger;
  readonly now?: () => number;
}

/** What was told of a training, and when. */
export interface Told {
  readonly jobId: string;
  readonly cluster: string | null;
  readonly progress: Pick<TrainingProgress, 'attempt' | 'step' | 'epoch' | 'percent' | 'loss' | 'metrics'>;
  /** Milliseconds since 1970; now, where it is not said. */
  readonly at?: number;
}

export interface CurveRecorder {
  take(told: Told): void;
  start(): void;
  /** After all that waits is written, if the database takes it. */
  stop(): Promise<void>;
  /** How many jobs it holds something of. */
  remembered(): number;
}

interface Gathered {
  points: CurvePoint[];
  marks: { at: number; attempt: number | null; cluster: string | null }[];
  steppedAt: number | null;
  stepSeconds: number | null;
}

interface Remembered {
  heardAt: number;
  place: string;
  pace: PaceOfSteps | undefined;
}

/** Gathers what trainings tell, from whatever source, and writes it to their curves a few seconds later. */
export function createRecorder({ store, onEnded, log, now = Date.now }: RecorderOptions): CurveRecorder {
  let waiting = new Map<string, Gathered>();
  const remembered = new TrainingMemory<Remembered>(MAX_REMEMBERED);
  /** When they were written last, the longest ago first. */
  const unsettled = new Map<string, number>();
  /** Likewise, when it was last asked whether they have ended. */
  const silent = new Map<string, number>();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let isAway = false;

  function take({ jobId, cluster, progress, at = now() }: Told): void {
    const known = recall(jobId);
    const next = waiting.get(jobId) ?? { points: [], marks: [], steppedAt: null, stepSeconds: null };
    waiting.set(jobId, next);
    forgetBeyond(waiting, MAX_WAITING_JOBS);

    const place = `${progress.attempt} ${cluster}`;
    if (known.place !== place) {
      next.marks = [...next.marks, { at, attempt: progress.attempt, cluster }].slice(-MAX_WAITING_POINTS);
      Object.assign(known, { place, pace: undefined });
    }
    const position = progress.step ?? progress.epoch ?? progress.percent;
    const further = position === null ? undefined : nextPace(known.pace, position, at);
    if (further) {
      known.pace = further;
      next.steppedAt = at;
      next.stepSeconds = secondsOfStep(further) ?? null;
    }
    const { loss, metrics, step } = progress;
    const numbers = boundedNumbers(loss === null ? metrics : { loss, ...metrics });
    if (Object.keys(numbers).length === 0) return;
    if (next.points.length === MAX_WAITING_POINTS) next.points.shift();
    next.points.push({ at, step, numbers });
  }

  function recall(jobId: string): Remembered {
    const known = remembered.get(jobId) ?? { heardAt: 0, place: '', pace: undefined };
    known.heardAt = now();
    remembered.put(jobId, known);
    return known;
  }

  /** Those that have waited longest. */
  async function write(): Promise<void> {
    const jobs = [...waiting.keys()].slice(0, WRITTEN_AT_ONCE);
    const entries: CurveEntry[] = [];
    const taken = new Map<string, Gathered>();
    for (const jobId of jobs) {
      const each = waiting.get(jobId);
      waiting.delete(jobId);
      if (!each) continue;
      taken.set(jobId, each);
      entries.push({ jobId, ...each });
    }
    if (entries.length === 0) return;
    try {
      await store.append(entries);
      for (const jobId of jobs) {
        putNewest(unsettled, jobId, now(), MAX_REMEMBERED);
        silent.delete(jobId);
      }
      if (isAway) log.info('Curves are written again');
      isAway = false;
    } catch (error) {
      putBack(taken);
      if (!isAway) log.warn({ err: error }, 'Curves cannot be written just now; what is told meanwhile waits');
      isAway = true;
    }
  }

  /** Of those that tell nothing more their curves are settled, and if they have ended they are soon forgotten. */
  async function settle(): Promise<void> {
    remembered.forgetOld(({ heardAt }) => now() - heardAt > REMEMBERED_FOR_MS);
    if (isAway) return;
    const settled = takeOld(unsettled, now() - SETTLED_AFTER_MS);
    const asked = [...settled, ...takeOld(silent, now() - ASKED_AGAIN_AFTER_MS)];
    if (asked.length === 0) return;
    try {
      await store.settle(settled);
      const ended = await store.ended(asked);
      remembered.end(ended);
      onEnded?.(ended);
      const over = new Set(ended);
      for (const jobId of asked)
        if (!over.has(jobId) && remembered.get(jobId)) putNewest(silent, jobId, now(), MAX_REMEMBERED);
    } catch (error) {
      log.debug({ err: error }, 'Curves were not settled; they are in a minute');
      for (const jobId of asked) putNewest(unsettled, jobId, now(), MAX_REMEMBERED);
    }
  }

  function putBack(taken: ReadonlyMap<string, Gathered>): void {
    const since = waiting;
    waiting = new Map(taken);
    for (const [jobId, after] of since) {
      const before = taken.get(jobId);
      waiting.set(jobId, before ? joined(before, after) : after);
      forgetBeyond(waiting, MAX_WAITING_JOBS);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await rest(WRITE_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      await write();
      await settle();
    }
    while (waiting.size > 0 && !isAway) await write();
  }

  return {
    take,
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    remembered: () => remembered.size,
  };
}

/** Those of before that time, the oldest first, as many as go into one statement. */
function takeOld(all: Map<string, number>, before: number): string[] {
  const taken: string[] = [];
  for (const [jobId, at] of all) {
    if (taken.length === WRITTEN_AT_ONCE || at > before) break;
    taken.push(jobId);
    all.delete(jobId);
  }
  return taken;
}

const joined = (before: Gathered, after: Gathered): Gathered => ({
  points: [...before.points, ...after.points].slice(-MAX_WAITING_POINTS),
  marks: [...before.marks, ...after.marks].slice(-MAX_WAITING_POINTS),
  steppedAt: after.steppedAt ?? before.steppedAt,
  stepSeconds: after.stepSeconds ?? before.stepSeconds,
});

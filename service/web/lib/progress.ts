import type { ListedJob, Progress, ProgressNews } from '../api/types.ts';
import { isFinished } from './job-state.ts';

/** How far it is while it is under way; of a job that has ended the state says more. */
export const progressOf = ({ progress, status }: Pick<ListedJob, 'progress' | 'status'>): Progress | undefined =>
  progress && !isFinished(status) ? progress : undefined;

/** What is left at a time, in milliseconds: what was expected when it last changed, less what has passed since. */
export const timeLeft = ({ at, etaSeconds }: Pick<Progress, 'at' | 'etaSeconds'>, now: number): number | null =>
  etaSeconds === null ? null : Math.max(0, etaSeconds * 1000 - Math.max(0, now - Date.parse(at)));

/** A row that is looked at. The last number of its sparkline stands for a stretch of time that goes on. */
interface WatchedRow extends ListedJob {
  readonly stretch?: Stretch;
}

/** How long each number of a sparkline stands for, and since when the last one does; in milliseconds. */
interface Stretch {
  readonly length: number;
  readonly since: number;
}

/** The rows after the news; those of which nothing is told stay the very same. */
export function withProgress(
  jobs: readonly WatchedRow[],
  news: ReadonlyMap<string, ProgressNews>,
): readonly WatchedRow[] {
  if (!jobs.some(({ id }) => news.has(id))) return jobs;
  return jobs.map((job) => {
    const told = news.get(job.id)?.progress;
    return told && isNewer(told, job.progress) ? { ...job, progress: told, ...longer(job, told) } : job;
  });
}

/** As many as the service gives of it. */
const MAX_SPARK = 30;

/**
 * The course so far with what is told now at its end, where a loss is told at all. It goes on as it was read: in stretches of
 * equal time, which become longer when there are too many of them, so that it is always the whole training that is shown.
 */
function longer(job: WatchedRow, { at, loss }: Progress): Pick<WatchedRow, 'spark' | 'stretch'> {
  // Of an earlier version of the service it is not there at all.
  if (loss == null) return {};
  const now = Date.parse(at);
  const known = job.spark ?? [];
  const { length, since } = job.stretch ?? stretchOf(job, known.length, now);
  const goesOn = known.length > 1 && now - since < length;
  const spark = [...(goesOn ? known.slice(0, -1) : known), loss];
  if (spark.length <= MAX_SPARK) return { spark, stretch: { length, since: goesOn ? since : now } };
  const fewer = spark.filter((_, place) => (spark.length - 1 - place) % 2 === 0);
  return { spark: fewer, stretch: stretchOf({ ...job, progress: null }, fewer.length, now) };
}

/** Of so many numbers, from the job's start to what was told last. */
function stretchOf({ createdAt, progress, startedAt }: ListedJob, count: number, now: number): Stretch {
  const since = progress ? Date.parse(progress.at) : now;
  return { since, length: count > 1 ? Math.max(0, since - Date.parse(startedAt ?? createdAt)) / (count - 1) : 0 };
}

/** News may be older than a list that was read meanwhile; a list kept from an earlier version tells nothing of it. */
export const isNewer = (told: Progress, known: Progress | null | undefined): boolean =>
  known == null || Date.parse(told.at) >= Date.parse(known.at);

import type { ListedJob, Progress, ProgressNews } from '../api/types.ts';
import { isFinished } from './job-state.ts';

/** How far it is while it is under way; of a job that has ended the state says more. */
export const progressOf = ({ progress, status }: Pick<ListedJob, 'progress' | 'status'>): Progress | undefined =>
  progress && !isFinished(status) ? progress : undefined;

/** What is left at a time, in milliseconds: what was expected when it last changed, less what has passed since. */
export const timeLeft = ({ at, etaSeconds }: Pick<Progress, 'at' | 'etaSeconds'>, now: number): number | null =>
  etaSeconds === null ? null : Math.max(0, etaSeconds * 1000 - Math.max(0, now - Date.parse(at)));

/** The rows after the news; those of which nothing is told stay the very same. */
export function withProgress(
  jobs: readonly ListedJob[],
  news: ReadonlyMap<string, ProgressNews>,
): readonly ListedJob[] {
  if (!jobs.some(({ id }) => news.has(id))) return jobs;
  return jobs.map((job) => {
    const told = news.get(job.id)?.progress;
    return told && isNewer(told, job.progress) ? { ...job, progress: told, ...longer(job, told) } : job;
  });
}

/** As many as the service gives of it; the first ones go. */
const MAX_SPARK = 30;

/** Together with what was known, where a loss is told at all. */
const longer = ({ spark }: ListedJob, { loss }: Progress): Pick<ListedJob, 'spark'> =>
  // Of an earlier version of the service it is not there at all.
  loss == null ? {} : { spark: [...(spark ?? []), loss].slice(-MAX_SPARK) };

/** News may be older than a list that was read meanwhile; a list kept from an earlier version tells nothing of it. */
export const isNewer = (told: Progress, known: Progress | null | undefined): boolean =>
  known == null || Date.parse(told.at) >= Date.parse(known.at);

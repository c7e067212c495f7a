import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from '../components/toasts.tsx';
import type { JobAction } from '../lib/job-state.ts';
import { plural } from '../lib/text.ts';
import { KEYS } from './cache.ts';
import { messageOf } from './problem.ts';
import { actOnJob, actOnJobs } from './service.ts';
import type { Job, ListedJob } from './types.ts';

const DONE: Record<JobAction, string> = {
  cancel: 'Cancel requested for',
  suspend: 'Suspend requested for',
  resume: 'Resume requested for',
  retry: 'Submitted again:',
  delete: 'Delete requested for',
};

/** Retries are requests of their own. Browsers open six connections to a host over HTTP/1.1, and the event stream holds one. */
const AT_ONCE = 4;

export interface Outcome {
  readonly job: ListedJob;
  /** Of a retry the new job. */
  readonly result?: Job | undefined;
  readonly error?: unknown;
}

/** Carries an action out on each of the jobs and says how it went; what changes on the way arrives as events. */
export const useJobAction = () => {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ action, jobs }: { action: JobAction; jobs: readonly ListedJob[] }): Promise<Outcome[]> =>
      action === 'retry' || jobs.length === 1 ? oneByOne(action, jobs) : together(action, jobs),
    onSuccess: (outcomes, { action }) => {
      tell(action, outcomes);
      for (const { job } of outcomes) void queryClient.invalidateQueries({ queryKey: KEYS.job(job.id) });
      void queryClient.invalidateQueries({ queryKey: KEYS.summaries });
    },
  });
};

const oneByOne = async (action: JobAction, jobs: readonly ListedJob[]): Promise<Outcome[]> => {
  const waiting = [...jobs];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        outcomes.push({ job, result: await actOnJob(job.id, action) });
      } catch (error) {
        outcomes.push({ job, error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
};

const together = async (action: Exclude<JobAction, 'retry'>, jobs: readonly ListedJob[]): Promise<Outcome[]> => {
  const ids = jobs.map(({ id }) => id);
  try {
    const refusals = await actOnJobs(ids, action);
    return jobs.map((job) => {
      const refusal = refusals.get(job.id);
      return typeof refusal === 'string' ? { job, error: new Error(refusal) } : { job };
    });
  } catch (error) {
    return jobs.map((job) => ({ job, error }));
  }
};

const tell = (action: JobAction, outcomes: readonly Outcome[]): void => {
  const done = outcomes.filter((outcome) => outcome.error === undefined);
  const failed = outcomes.filter((outcome) => outcome.error !== undefined);
  const name = (some: readonly Outcome[]): string =>
    some.length === 1 ? (some[0]?.job.jobName ?? '') : plural(some.length, 'job');
  if (done.length > 0) toast('done', `${DONE[action]} ${name(done)}`);
  if (failed.length > 0) toast('failed', `Could not ${action} ${name(failed)}: ${messageOf(failed[0]?.error)}`);
};

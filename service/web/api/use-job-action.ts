import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from '../components/toasts.tsx';
import type { JobAction } from '../lib/job-state.ts';
import { plural } from '../lib/text.ts';
import { KEYS } from './cache.ts';
import { messageOf } from './problem.ts';
import { actOnJobs } from './service.ts';
import type { ListedJob } from './types.ts';

const DONE: Record<JobAction, string> = {
  cancel: 'Cancel requested for',
  suspend: 'Suspend requested for',
  resume: 'Resume requested for',
  retry: 'Submitted again:',
  delete: 'Delete requested for',
};

export interface Outcome {
  readonly job: ListedJob;
  /** Of a retry the id of the new job. */
  readonly newId?: string | undefined;
  readonly error?: unknown;
}

/** Carries an action out on each of the jobs and says how it went; what changes on the way arrives as events. */
export const useJobAction = () => {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ action, jobs }: { action: JobAction; jobs: readonly ListedJob[] }): Promise<Outcome[]> =>
      together(action, jobs),
    onSuccess: (outcomes, { action }) => {
      tell(action, outcomes);
      for (const { job } of outcomes) void queryClient.invalidateQueries({ queryKey: KEYS.job(job.id) });
      void queryClient.invalidateQueries({ queryKey: KEYS.summaries });
    },
  });
};

const together = async (action: JobAction, jobs: readonly ListedJob[]): Promise<Outcome[]> => {
  try {
    const outcomes = await actOnJobs(
      jobs.map(({ id }) => id),
      action,
    );
    return jobs.map((job) => {
      const { outcome, detail, newId } = outcomes.get(job.id) ?? { outcome: 'unknown' };
      return outcome === 'done' ? { job, newId } : { job, error: new Error(detail ?? 'nothing was said about it') };
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

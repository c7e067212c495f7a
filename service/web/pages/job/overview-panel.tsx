import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useAlgorithms } from '../../api/lists.ts';
import type { Job, JobEvent } from '../../api/types.ts';
import { useJobPods } from '../../api/use-job.ts';
import { Failed, Loading } from '../../components/notice.tsx';
import { isFinished, isSuspended } from '../../lib/job-state.ts';
import { changedParameters } from '../../lib/request-facts.ts';
import { ClusterPods } from './cluster-pods.tsx';
import { History } from './history.tsx';
import { JobFacts } from './job-facts.tsx';
import { Outputs } from './outputs.tsx';
import { ProgressPanel } from './progress-panel.tsx';
import { Timeline } from './timeline.tsx';
import { UtilisationPanel } from './utilisation-panel.tsx';

/** Where the time went, what the cluster says of the job's pods, and what happened so far. */
export function OverviewPanel({ job, events }: { job: Job; events: UseQueryResult<readonly JobEvent[]> }) {
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 content-start gap-4">
          {job.progress && (
            <Card title="Progress">
              <ProgressPanel progress={job.progress} />
            </Card>
          )}
          <Card title="Timeline">
            <Timeline job={job} events={events.data ?? []} />
          </Card>
          {job.status === 'Running' && (
            <Card title="Utilisation">
              <UtilisationPanel job={job} />
            </Card>
          )}
          <Parameters job={job} />
          {job.startedAt && (
            <Card title="Outputs">
              <Outputs job={job} />
            </Card>
          )}
        </div>
        <JobFacts job={job} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title="Pods">
          <Pods job={job} />
        </Card>
        <Card title="History">
          {events.data ? (
            <History events={events.data} />
          ) : events.isError ? (
            <Failed what="The history" error={events.error} retry={() => void events.refetch()} />
          ) : (
            <Loading what="the history" rows={4} />
          )}
        </Card>
      </div>
    </>
  );
}

/** What was asked for otherwise than usual; nothing where all is usual. */
function Parameters({ job }: { job: Job }) {
  const algorithms = useAlgorithms();
  if (algorithms.isPending) return null;
  const changed = changedParameters(
    job.request,
    algorithms.data?.find(({ name }) => name === job.algorithm),
  );
  if (changed.length === 0) return null;
  return (
    <Card title="Changed hyperparameters">
      <dl className="mt-3 grid gap-x-6 gap-y-1 font-mono text-xs leading-5 sm:grid-cols-2">
        {changed.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-3">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="min-w-0 text-right wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="card min-w-0 p-4 sm:p-5">
      <h2 id={titleId} className="font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}

const whyNone = (job: Job): string => {
  if (isFinished(job.status)) return 'The pods are gone. Their logs are kept with the job.';
  if (isSuspended(job)) return 'The pods went when the job was suspended; resuming it makes new ones.';
  if (job.clusters.length === 0) return 'There are none until the job has been placed on a cluster.';
  return `${job.clusters.join(', ')} has not made any pods for this job yet.`;
};

function Pods({ job }: { job: Job }) {
  const finished = isFinished(job.status);
  const pods = useJobPods(job.id, !finished);
  if (pods.isPending) return <Loading what="the pods" rows={3} />;
  if (!pods.data) return <Failed what="The pods" error={pods.error} retry={() => void pods.refetch()} />;
  const clusters = pods.data.clusters.filter(
    ({ error, pods, events }) => error !== null || pods.length > 0 || events.length > 0,
  );
  if (clusters.length > 0)
    return clusters.map((cluster) => <ClusterPods key={cluster.cluster} cluster={cluster} kind={job.kind} />);
  return <p className="mt-3 text-ink-soft">{whyNone(job)}</p>;
}

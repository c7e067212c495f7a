import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useQueue } from '../../api/lists.ts';
import { useMe } from '../../api/me.ts';
import type { Job } from '../../api/types.ts';
import { Breakable } from '../../components/breakable.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Clock, RunTime } from '../../components/time.tsx';
import { waitsToBeSent } from '../../lib/job-state.ts';
import { linksOf } from '../../lib/links.ts';
import { imageOf, limitOf, resourcesOf } from '../../lib/request-facts.ts';
import { Priority } from './priority.tsx';

export function JobFacts({ job }: { job: Job }) {
  const place = usePlace(job);
  return (
    <dl className="card grid content-start gap-x-4 gap-y-2.5 p-4 max-lg:sm:grid-cols-2 sm:p-5">
      <Fact name="Id">
        <span className="inline-flex max-w-full items-center gap-1">
          <code className="truncate font-mono text-xs">{job.id}</code>
          <CopyButton text={job.id} label="Copy the id" />
        </span>
      </Fact>
      <Fact name="Cluster">
        {job.clusters.length === 0
          ? 'not placed yet'
          : job.clusters.map((cluster, index) => (
              <span key={cluster}>
                {index > 0 && ', '}
                <Link
                  href={`/?cluster=${encodeURIComponent(cluster)}`}
                  className="link inline-flex min-h-6 items-center"
                >
                  {cluster}
                </Link>
              </span>
            ))}
      </Fact>
      <Fact name="Namespace">{job.namespace}</Fact>
      <Fact name="Algorithm">{job.algorithm}</Fact>
      <Fact name="Priority">
        <Priority job={job} />
      </Fact>
      {place && (
        <Fact name="Queue">
          number {place.position.toLocaleString()} of {place.waiting.toLocaleString()}
        </Fact>
      )}
      <Fact name="Submitted">
        <Clock at={job.createdAt} />
        {job.createdBy && ` by ${job.createdBy}`}
      </Fact>
      <Fact name="Started">{job.startedAt ? <Clock at={job.startedAt} /> : 'not yet'}</Fact>
      <Fact name="Ran for">
        <RunTime job={job} />
      </Fact>
      <Fact name="Resources">
        {resourcesOf(job.request)}
        <span className="block text-ink-soft">
          volume {job.request.resources?.volumeSizeGB} GiB
          {job.request.keepVolume && ', kept until the job is deleted'}
        </span>
      </Fact>
      <Fact name="Time limit">{limitOf(job.request)}</Fact>
      <Fact name="Image">
        <Breakable text={imageOf(job.request) ?? 'of the platform'} />
      </Fact>
      <Links job={job} />
      {job.attempt > 1 && (
        <Fact name="Attempt">
          {job.attempt}
          {job.retryOf && (
            <>
              , of{' '}
              <Link href={`/jobs/${job.retryOf}`} className="link">
                {job.retryOf}
              </Link>
            </>
          )}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-baseline gap-2">
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 wrap-break-word">{children}</dd>
    </div>
  );
}

/** To other systems, as the deployment says. */
function Links({ job }: { job: Job }) {
  const links = linksOf(useMe().data?.links ?? [], job);
  if (links.length === 0) return null;
  return (
    <Fact name="Elsewhere">
      <ul className="grid gap-0.5">
        {links.map(({ label, url }) => (
          <li key={label}>
            <a href={url} target="_blank" rel="noreferrer" className="link inline-flex min-h-6 items-center gap-1">
              {label}
              <ExternalLink aria-hidden className="size-3.5" />
              <span className="sr-only">(opens another page)</span>
            </a>
          </li>
        ))}
      </ul>
    </Fact>
  );
}

/** Of a job that waits to be dispatched. */
const usePlace = (job: Job) => {
  const waits = waitsToBeSent(job);
  const queue = useQueue(waits).data;
  const position = queue?.jobs.find(({ id }) => id === job.id)?.position;
  return waits && queue && position !== undefined ? { position, waiting: queue.waiting } : undefined;
};

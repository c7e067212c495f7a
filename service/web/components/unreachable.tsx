import { CloudOff } from 'lucide-react';
import { REASONS } from '../../contract/reasons.ts';
import type { ListedJob } from '../api/types.ts';
import { Clock } from './time.tsx';

/** A list that was kept from before a reload, or a service of an earlier version, does not tell. */
const silentClusters = ({ unreachableSince = {} }: Partial<Pick<ListedJob, 'unreachableSince'>>): [string, string][] =>
  Object.entries(unreachableSince);

/** In a row: that the state beside it may be old. */
export function UnreachableMark({ job }: { job: ListedJob }) {
  const silent = silentClusters(job);
  if (silent.length === 0) return null;
  const text = `${silent.map(([cluster]) => cluster).join(', ')} does not answer`;
  return (
    <span title={text} className="shrink-0 text-pending">
      <CloudOff aria-hidden className="size-4" />
      <span className="sr-only">{text}</span>
    </span>
  );
}

/** On the job's own page: which cluster, since when, and what that means. */
export function UnreachableNotice({ job }: { job: ListedJob }) {
  return silentClusters(job).map(([cluster, since]) => (
    <div key={cluster} role="status" className="card flex gap-3 border-pending bg-pending-soft px-4 py-3">
      <CloudOff aria-hidden className="mt-0.5 size-4.5 shrink-0 text-pending" />
      <p className="min-w-0 wrap-anywhere">
        <strong className="font-semibold">{cluster}</strong> is unreachable since <Clock at={since} />.{' '}
        <span className="text-ink-soft">{REASONS.ClusterUnreachable.hint}</span>
      </p>
    </div>
  ));
}

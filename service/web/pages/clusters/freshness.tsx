import type { Cluster } from '../../api/types.ts';
import { Age } from '../../components/time.tsx';

/** How old what we know of the cluster's jobs is. A cluster without active jobs is not asked. */
export function Freshness({ cluster: { monitor, jobs } }: { cluster: Cluster }) {
  const active = (jobs.Pending ?? 0) + (jobs.Running ?? 0) > 0;
  if (monitor !== null && monitor.consecutiveFailures > 0) {
    return (
      <span className="text-failed" title={monitor.error ?? undefined}>
        Not answering
        {monitor.lastAnswerAt && (
          <>
            , last heard <Age at={monitor.lastAnswerAt} suffix=" ago" />
          </>
        )}
      </span>
    );
  }
  if (!active || monitor === null || monitor.lastAnswerAt === null) return <span>Watched once it has active jobs</span>;
  return (
    <span>
      Jobs seen <Age at={monitor.lastAnswerAt} suffix=" ago" />
      {monitor.latencyMs !== null && ` in ${Math.max(1, Math.round(monitor.latencyMs))} ms`}
    </span>
  );
}

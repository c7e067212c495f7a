import type { Cluster } from '../../api/types.ts';
import { Age } from '../../components/time.tsx';

/** How old what we know of the cluster's jobs is. */
export function Freshness({ monitor }: { monitor: Cluster['monitor'] }) {
  if (monitor === null || monitor.lastAnswerAt === null)
    return <span>{monitor?.error ?? 'Watched as soon as jobs are here'}</span>;
  if (monitor.consecutiveFailures > 0) {
    return (
      <span className="text-failed" title={monitor.error ?? undefined}>
        Not answering, last heard <Age at={monitor.lastAnswerAt} suffix=" ago" />
      </span>
    );
  }
  return (
    <span>
      Jobs seen <Age at={monitor.lastAnswerAt} suffix=" ago" />
      {monitor.latencyMs !== null && ` in ${Math.round(monitor.latencyMs)} ms`}
    </span>
  );
}

import { whyNoUtilisation } from '../../../client/index.ts';
import { useClusters } from '../../api/lists.ts';
import type { Job } from '../../api/types.ts';
import { Age } from '../../components/time.tsx';

/** A Prometheus that comes, or goes, is seen so soon. */
const LOOK_AGAIN_MS = 30_000;

/** What the pods of a job that runs use of what they hold; else a sentence on why that is not known. */
export function UtilisationPanel({ job }: { job: Job }) {
  return job.utilisation ? <Known use={job.utilisation} /> : <Unknown job={job} />;
}

function Known({ use: { at, cpuPercent, gpuPercent, gpus, idleGpus } }: { use: NonNullable<Job['utilisation']> }) {
  const idle = idleGpus === 0 ? '' : gpus === 1 ? ', idle' : `, ${idleGpus} of them idle`;
  return (
    <div className="mt-3 grid gap-2.5">
      {gpuPercent !== null && (
        <Share label={gpus === 1 ? '1 GPU' : `${gpus} GPUs`} percent={gpuPercent} more={idle} isLow={idleGpus > 0} />
      )}
      {cpuPercent !== null && <Share label="CPU" percent={cpuPercent} more=" of what it asked for" isLow={false} />}
      <p className="text-xs text-ink-faint">
        On average over five minutes, measured <Age at={at} suffix=" ago" />
      </p>
    </div>
  );
}

/** How much of it is used; the words beside the bar say the same. */
function Share({ label, percent, more, isLow }: { label: string; percent: number; more: string; isLow: boolean }) {
  return (
    <p className="grid grid-cols-[4.5rem_minmax(0,1fr)_auto] items-center gap-3">
      <span className="text-ink-soft">{label}</span>
      <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full rounded-full ${isLow ? 'bg-pending' : 'bg-accent'}`}
          style={{ width: `${Math.min(100, percent)}%` }}
        />
      </span>
      <span className="text-xs text-ink-soft tabular-nums">
        {percent} %{more}
      </span>
    </p>
  );
}

function Unknown({ job }: { job: Job }) {
  const clusters = useClusters(LOOK_AGAIN_MS).data;
  if (!clusters) return null;
  return <p className="mt-3 text-ink-soft wrap-anywhere">No utilisation. {whyNoUtilisation(job, clusters)}</p>;
}

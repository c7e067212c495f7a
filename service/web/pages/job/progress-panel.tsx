import type { ReactNode } from 'react';
import type { Job } from '../../api/types.ts';
import { Breakable } from '../../components/breakable.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { Age } from '../../components/time.tsx';

type Told = NonNullable<Job['progress']>;

/** Where its numbers come from: which of them are to be had, and how often, hangs on it. */
const SOURCES: Record<Told['source'], string> = {
  trainingjob: 'TrainingJob',
  report: 'reports to the hub',
  log: 'log lines',
};

/** What the training itself tells of how far it is. */
export function ProgressPanel({ progress }: { progress: Told }) {
  const { at, attempt, checkpoint, cluster, epoch, loss, source, workers } = progress;
  return (
    <div className="mt-3 grid gap-3">
      <ProgressBar progress={progress} />
      <dl className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
        {epoch !== null && <Figure name="Epoch">{epoch.toLocaleString()}</Figure>}
        {loss !== null && (
          <Figure name="Loss">{loss.toLocaleString(undefined, { maximumSignificantDigits: 4 })}</Figure>
        )}
        {workers && (
          <Figure name="Workers">
            {workers.ready} of {workers.of}
          </Figure>
        )}
        {attempt !== null && attempt > 1 && <Figure name="Attempt">{attempt.toLocaleString()}</Figure>}
        {checkpoint !== null && (
          <Figure name="Checkpoint">
            <Breakable text={checkpoint} />
          </Figure>
        )}
        <Figure name="Told by">{SOURCES[source]}</Figure>
        <Figure name="Heard">
          <Age at={at} suffix=" ago" /> from {cluster}
        </Figure>
      </dl>
    </div>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-3">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="min-w-0 text-right tabular-nums wrap-anywhere">{children}</dd>
    </div>
  );
}

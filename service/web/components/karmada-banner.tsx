import { CloudOff } from 'lucide-react';
import { useKarmadaAway } from '../api/lists.ts';
import { Clock } from './time.tsx';

/** One word for all jobs and clusters while Karmada is away, in the place of one for each. */
export function KarmadaBanner() {
  const since = useKarmadaAway();
  return (
    <div role="status">
      {since !== null && (
        <div className="border-b border-line bg-pending-soft text-ink">
          <div className="mx-auto flex max-w-[100rem] flex-wrap items-center gap-x-3 px-4 py-2 sm:px-6">
            <CloudOff aria-hidden className="size-4.5 shrink-0 text-pending" />
            <p className="min-w-0 flex-1">
              <strong className="font-semibold">
                Karmada does not answer since <Clock at={since} />.
              </strong>{' '}
              Jobs that run go on in their clusters, new ones wait; states and clusters are as they were last known. The
              service keeps asking.
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

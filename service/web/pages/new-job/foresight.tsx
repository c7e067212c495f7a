import { CircleAlert, CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react';
import type { DryRun } from '../../api/types.ts';
import { fieldLabel } from '../../lib/field-labels.ts';
import { parsePath } from '../../lib/paths.ts';

/** What the service expects of the job: what hardly works, and which clusters can take it. */
export function Foresight({ foreseen }: { foreseen: DryRun }) {
  const { warnings, candidates } = foreseen;
  return (
    <>
      {warnings.length > 0 && (
        <div role="status" className="card flex gap-3 border-pending bg-pending-soft px-4 py-3">
          <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-pending" />
          <div className="min-w-0 wrap-anywhere">
            <p className="font-semibold">The job can be submitted, but look at this first:</p>
            <ul className="mt-1 grid gap-0.5">
              {warnings.map(({ pointer, message }) => (
                <li key={`${pointer} ${message}`}>
                  <strong className="font-medium">{fieldLabel(parsePath(pointer.replace(/^#/, '')))}</strong> {message}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {candidates.length > 0 && (
        <section aria-label="Where it could run" className="card p-5">
          <h2 className="text-xs text-ink-faint">Where it could run</h2>
          <ul className="mt-1 grid gap-1">
            {candidates.map(({ cluster, fits, message }) => {
              const Icon = fits === null ? CircleHelp : fits ? CircleCheck : CircleAlert;
              return (
                <li key={cluster} className="flex items-baseline gap-2">
                  <Icon
                    aria-hidden
                    className={`size-3.5 shrink-0 self-center ${fits === null ? 'text-ink-faint' : fits ? 'text-succeeded' : 'text-pending'}`}
                  />
                  <span className="font-medium">{cluster}</span>
                  <span className="min-w-0 text-ink-soft wrap-anywhere">{message}</span>
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

import { Ban, LineChart, ListChecks, Pause, Play, RotateCcw, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { useMe } from '../../api/me.ts';
import type { ListedJob } from '../../api/types.ts';
import { Button, ButtonLink, IconButton } from '../../components/button.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { Docked } from '../../components/dock.tsx';
import { MAX_COMPARED } from '../../lib/compared.ts';
import { possibleActions } from '../../lib/job-state.ts';
import { mayChange } from '../../lib/permissions.ts';
import { plural } from '../../lib/text.ts';

const BUTTONS = [
  { action: 'cancel', label: 'Cancel', icon: Ban, variant: 'secondary' },
  { action: 'suspend', label: 'Suspend', icon: Pause, variant: 'secondary' },
  { action: 'resume', label: 'Resume', icon: Play, variant: 'secondary' },
  { action: 'retry', label: 'Retry', icon: RotateCcw, variant: 'secondary' },
  { action: 'delete', label: 'Delete', icon: Trash2, variant: 'danger' },
] as const;

type BulkAction = (typeof BUTTONS)[number]['action'];

/** What can be done with the selected jobs at once; each button says for how many of them it is possible. */
export function SelectionBar({
  jobs,
  allMatching,
  onClear,
}: {
  jobs: readonly ListedJob[];
  /** Offered when all that are loaded are selected and more match; it loads them to name them. */
  allMatching: { select: () => void; busy: boolean } | undefined;
  onClear: () => void;
}) {
  const me = useMe().data;
  const [asking, setAsking] = useState<BulkAction | null>(null);
  if (jobs.length === 0) return null;
  const suited = (action: BulkAction) =>
    jobs.filter((job) => possibleActions(job).has(action) && mayChange(me, job.namespace));
  return (
    <>
      {/* The last rows can be scrolled to above it. */}
      <div aria-hidden className="h-16 max-sm:h-28" />
      <Docked>
        {/* biome-ignore lint/a11y/useSemanticElements: buttons, no fields */}
        <div
          role="group"
          aria-label="Selected jobs"
          className="card flex flex-wrap items-center justify-center gap-2 py-2 pr-2 pl-4 shadow-float"
        >
          <div className="flex items-center justify-between gap-2 max-sm:w-full sm:contents">
            <span role="status" className="mr-2 font-medium tabular-nums">
              {plural(jobs.length, 'job')} selected
            </span>
            <IconButton icon={X} label="Clear the selection" className="sm:order-last" onClick={onClear} />
          </div>
          {allMatching && (
            <Button variant="ghost" icon={ListChecks} busy={allMatching.busy} onClick={allMatching.select}>
              Select all that match
            </Button>
          )}
          {jobs.length >= 2 && jobs.length <= MAX_COMPARED && (
            <ButtonLink icon={LineChart} href={`/compare?ids=${jobs.map(({ id }) => id).join(',')}`}>
              Compare
            </ButtonLink>
          )}
          {BUTTONS.map(({ action, label, icon, variant }) => {
            const count = suited(action).length;
            return (
              <Button
                key={action}
                icon={icon}
                variant={variant}
                disabled={count === 0}
                className="max-sm:disabled:hidden"
                onClick={() => setAsking(action)}
              >
                {label} {count > 0 && count < jobs.length && count}
              </Button>
            );
          })}
        </div>
      </Docked>
      {asking && (
        <ConfirmAction
          action={asking}
          jobs={suited(asking)}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            onClear();
          }}
        />
      )}
    </>
  );
}

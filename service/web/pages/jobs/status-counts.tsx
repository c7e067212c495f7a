import type { JobStatus, Summary } from '../../api/types.ts';
import { ToneIcon } from '../../components/state-badge.tsx';
import { jobState, STATUSES } from '../../lib/job-state.ts';

/** How many jobs are in each state, under the other filters; pressing one shows only those, and pressing it again shows all. */
export function StatusCounts({
  summary,
  status,
  onChange,
}: {
  summary: Summary | undefined;
  status: JobStatus | '';
  onChange: (status: JobStatus | '') => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid everywhere
    <div role="group" aria-label="Jobs by state" className="grid grid-cols-4 gap-2 sm:grid-cols-5 sm:gap-3">
      <Count
        className="max-sm:hidden"
        label="All"
        count={summary?.total}
        pressed={status === ''}
        onPress={() => onChange('')}
      />
      {STATUSES.map((one) => (
        <Count
          key={one}
          status={one}
          label={one}
          count={summary?.byStatus[one]}
          pressed={status === one}
          onPress={() => onChange(status === one ? '' : one)}
        />
      ))}
    </div>
  );
}

function Count({
  label,
  status,
  className = '',
  count,
  pressed,
  onPress,
}: {
  label: string;
  status?: JobStatus;
  className?: string;
  count: number | undefined;
  pressed: boolean;
  onPress: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onPress}
      className={`card grid gap-0.5 px-2.5 py-2.5 ${className} text-left transition-colors sm:px-4 sm:py-3 ${pressed ? 'border-accent bg-selected ring-1 ring-accent' : 'hover:bg-hover'}`}
    >
      <span className="flex items-center gap-1.5 text-xs font-medium text-ink-soft">
        {status && <ToneIcon tone={jobState({ status, reason: '' }).tone} className="size-3.5 max-sm:hidden" />}
        <span className="truncate">{label}</span>
      </span>
      <span className="text-lg font-semibold tabular-nums sm:text-2xl">{count?.toLocaleString() ?? '–'}</span>
    </button>
  );
}

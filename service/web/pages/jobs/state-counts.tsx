import { JOB_STATES, type JobState } from '../../../contract/states.ts';
import type { Summary } from '../../api/types.ts';
import { ToneIcon } from '../../components/state-badge.tsx';
import { STATE_TONES, type Tone } from '../../lib/job-state.ts';

/** How many jobs are in each state, under the other filters; pressing one shows only those, and pressing it again shows all. */
export function StateCounts({
  summary,
  state,
  onChange,
}: {
  summary: Summary | undefined;
  state: JobState | '';
  onChange: (state: JobState | '') => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid everywhere
    <div role="group" aria-label="Jobs by state" className="grid grid-cols-3 gap-2 sm:grid-cols-7 sm:gap-3">
      <Count
        className="max-sm:hidden"
        label="All"
        count={summary?.total}
        pressed={state === ''}
        onPress={() => onChange('')}
      />
      {JOB_STATES.map((one) => (
        <Count
          key={one}
          tone={STATE_TONES[one]}
          label={one}
          count={summary?.byState[one]}
          pressed={state === one}
          onPress={() => onChange(state === one ? '' : one)}
        />
      ))}
    </div>
  );
}

function Count({
  label,
  tone,
  className = '',
  count,
  pressed,
  onPress,
}: {
  label: string;
  tone?: Tone;
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
      className={`card flex items-baseline justify-between gap-x-2 px-2.5 py-2 ${className} text-left transition-colors sm:grid sm:gap-0.5 sm:px-3 sm:py-3 lg:px-4 ${pressed ? 'border-accent bg-selected ring-1 ring-accent' : 'hover:bg-hover'}`}
    >
      <span className="flex min-w-0 items-center gap-1.5 text-xs font-medium text-ink-soft">
        {tone && <ToneIcon tone={tone} className="size-3.5 max-lg:hidden" />}
        <span className="truncate">{label}</span>
      </span>
      <span className="text-base font-semibold tabular-nums sm:text-2xl">{count?.toLocaleString() ?? '–'}</span>
    </button>
  );
}

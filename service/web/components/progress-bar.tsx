import type { Progress } from '../api/types.ts';
import { useNow } from '../lib/clock.ts';
import { timeLeft } from '../lib/progress.ts';
import { formatAge } from '../lib/time.ts';

/** How far a training is, and about how long it still takes, where it says so. */
export function ProgressBar({ progress, className = '' }: { progress: Progress; className?: string }) {
  const { percent } = progress;
  const words = useWords(progress);
  if (percent === null) return null;
  return (
    <div className={`flex min-w-0 items-center gap-2 ${className}`}>
      <div
        role="progressbar"
        aria-label="Progress of the training"
        aria-valuenow={percent}
        aria-valuetext={words}
        className="h-1.5 min-w-10 flex-1 overflow-hidden rounded-full bg-line"
      >
        <div className="h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
      </div>
      <span aria-hidden className="truncate text-xs text-ink-soft tabular-nums">
        {words}
      </span>
    </div>
  );
}

/** "45 %, 12 min left" */
function useWords(progress: Progress): string {
  const left = timeLeft(progress, useNow(progress.etaSeconds !== null));
  const percent = `${progress.percent} %`;
  return left === null || left === 0 ? percent : `${percent}, ${formatAge(left)} left`;
}

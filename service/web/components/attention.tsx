import { TriangleAlert } from 'lucide-react';
import type { ListedJob } from '../api/types.ts';
import { reasonLabel } from '../lib/job-state.ts';
import { Clock } from './time.tsx';

/** On the page of a job that runs and does not get on. What keeps one from starting is told beside its state. */
export function AttentionNotice({ job: { attention, status } }: { job: ListedJob }) {
  if (!attention || status !== 'Running') return null;
  return (
    <div role="status" className="card flex gap-3 border-failed bg-failed-soft px-4 py-3">
      <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-failed" />
      <p className="min-w-0 wrap-anywhere">
        <strong className="font-semibold">{reasonLabel(attention.reason)}</strong> since <Clock at={attention.since} />:{' '}
        {attention.message}
      </p>
    </div>
  );
}

import { CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { jobState, type Stateful, type Tone } from '../lib/job-state.ts';

const ICONS: Record<Tone, LucideIcon> = {
  pending: CircleDashed,
  running: LoaderCircle,
  succeeded: CircleCheck,
  failed: CircleX,
  stopped: CircleSlash,
};

export const TONE_TEXT: Record<Tone, string> = {
  pending: 'text-pending',
  running: 'text-running',
  succeeded: 'text-succeeded',
  failed: 'text-failed',
  stopped: 'text-stopped',
};

const PILL: Record<Tone, string> = {
  pending: 'bg-pending-soft text-pending',
  running: 'bg-running-soft text-running',
  succeeded: 'bg-succeeded-soft text-succeeded',
  failed: 'bg-failed-soft text-failed',
  stopped: 'bg-stopped-soft text-stopped',
};

/** The state by icon, colour and word: no one of them alone. */
export function StateBadge({ job, size = 'small' }: { job: Stateful; size?: 'small' | 'large' }) {
  const { label, tone } = jobState(job);
  const Icon = ICONS[tone];
  const shape = size === 'large' ? 'gap-1.5 px-3 py-1 text-sm' : 'gap-1 px-2 py-0.5 text-xs';
  return (
    <span className={`inline-flex items-center rounded-full font-medium whitespace-nowrap ${shape} ${PILL[tone]}`}>
      <Icon aria-hidden className={`size-3.5 ${tone === 'running' ? 'animate-spin [animation-duration:3s]' : ''}`} />
      {label}
    </span>
  );
}

export function ToneIcon({ tone, className = 'size-4' }: { tone: Tone; className?: string }) {
  const Icon = ICONS[tone];
  return <Icon aria-hidden className={`shrink-0 ${TONE_TEXT[tone]} ${className}`} />;
}

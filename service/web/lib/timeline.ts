import { factsOf, type ReasonPhase } from '../../contract/reasons.ts';
import type { Job, JobEvent } from '../api/types.ts';
import { isFinished } from './job-state.ts';

export type Phase = Exclude<ReasonPhase, 'any' | 'ended'>;

export interface Segment {
  readonly phase: Phase;
  readonly from: number;
  /** null while it lasts */
  readonly to: number | null;
  readonly cluster: string | null;
  /** What was said when it began, and what made it last. */
  readonly why: string;
}

const phaseOf = ({ status, reason }: JobEvent, before: Phase): Phase => {
  const phase = factsOf(reason)?.phase ?? 'any';
  if (status === 'Running') return phase === 'stopping' ? phase : 'running';
  if (phase !== 'any' && phase !== 'ended') return phase;
  // Any other reason (an outage, a pod's trouble, a retry) explains the phase it happens in.
  return before === 'running' || before === 'suspended' ? 'starting' : before;
};

/** The job's life as phases that follow on each other without a gap, from its events. */
export const segmentsOf = (job: Pick<Job, 'createdAt' | 'finishedAt'>, events: readonly JobEvent[]): Segment[] => {
  const segments: Segment[] = [];
  let open: Segment = { phase: 'waiting', from: Date.parse(job.createdAt), to: null, cluster: null, why: '' };
  const inOrder = [...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const event of inOrder) {
    const at = Math.max(open.from, Date.parse(event.at));
    if (isFinished(event.status)) break;
    const phase = phaseOf(event, open.phase);
    if (phase === open.phase) {
      open = { ...open, cluster: event.cluster ?? open.cluster, why: event.message || open.why };
      continue;
    }
    if (at > open.from) segments.push({ ...open, to: at });
    open = { phase, from: at, to: null, cluster: event.cluster ?? open.cluster, why: event.message };
  }
  const end = job.finishedAt === null ? null : Math.max(open.from, Date.parse(job.finishedAt));
  return [...segments, { ...open, to: end }];
};

const SECOND = 1000;
const STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * SECOND);

/** Round lengths of time for the scale: at most `most` of them within the span. */
export const ticksOf = (span: number, most: number): number[] => {
  const step =
    STEPS.find((length) => span / length <= most) ?? Math.ceil(span / most / (86_400 * SECOND)) * 86_400 * SECOND;
  const ticks: number[] = [];
  for (let at = 0; at <= span; at += step) ticks.push(at);
  return ticks;
};

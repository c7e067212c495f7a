import type { Reason } from '../contract/reasons.ts';
import type { Attention } from './concern.ts';

/** Not judged by what a training tells: whoever finds it says when it is over. */
export const IDLE_GPUS = 'IdleGpus' satisfies Reason;

/** What the pods of a job use, on average over the last minutes, as the Prometheus of its cluster tells. */
export interface Utilisation {
  /** Of the GPUs that are known to be its own; null: of none. */
  readonly gpuPercent: number | null;
  readonly gpus: number;
  readonly idleGpus: number;
  /** Of what they asked for. */
  readonly cpuPercent: number | null;
  readonly at: Date;
}

/** Of a job that runs in several clusters all of it, and as old as the oldest part. */
export function together(parts: readonly Utilisation[]): Utilisation | null {
  const [first, ...others] = parts;
  return first ? others.reduce(both, first) : null;
}

const both = (one: Utilisation, other: Utilisation): Utilisation => ({
  gpuPercent: average([
    [one.gpuPercent, one.gpus],
    [other.gpuPercent, other.gpus],
  ]),
  gpus: one.gpus + other.gpus,
  idleGpus: one.idleGpus + other.idleGpus,
  cpuPercent: average([
    [one.cpuPercent, 1],
    [other.cpuPercent, 1],
  ]),
  at: one.at < other.at ? one.at : other.at,
});

function average(parts: readonly (readonly [value: number | null, weight: number])[]): number | null {
  const known = parts.flatMap(([value, weight]) => (value === null ? [] : [{ value, weight }]));
  const whole = known.reduce((sum, { weight }) => sum + weight, 0);
  return whole === 0 ? null : Math.round(known.reduce((sum, { value, weight }) => sum + value * weight, 0) / whole);
}

/** Of a job that is to be told of, or was: what is known of its GPUs now. */
export interface Idleness {
  readonly jobId: string;
  /** null: nothing is known any more. */
  readonly gpus: number | null;
  readonly idleGpus: number | null;
  /** Since when some of them have done nothing, for long enough to be told; null: they are used. */
  readonly idleSince: Date | null;
}

/** What to say of it; and, where it is to be said of no longer, why. */
export function concernOfIdleness(
  { gpus, idleGpus, idleSince }: Idleness,
  idlePercent: number,
): { readonly attention: Attention | null; readonly ended: string } {
  const ended = gpus === null ? 'Nothing tells any more whether its GPUs are used' : 'Its GPUs are used again';
  if (idleSince === null) return { attention: null, ended };
  const which = gpus === 1 ? 'Its GPU is' : `${idleGpus} of its ${gpus} GPUs are`;
  const message = `${which} busy for ${idlePercent} % of the time at most`;
  return { attention: { reason: IDLE_GPUS, since: idleSince.toISOString(), message }, ended };
}

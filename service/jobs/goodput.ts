import { asReason, factsOf, LOSSES } from '../contract/reasons.ts';
import type { JobStatus } from './job.ts';
import type { TrainingProgress } from './progress.ts';

/** What work comes to nothing by: what takes an attempt away, the training's own failure, or a person. */
export const WASTES = [...LOSSES, 'failed', 'cancelled'] as const;
export type Waste = (typeof WASTES)[number];

type Told = Partial<Pick<TrainingProgress, 'step' | 'epoch' | 'percent'>> | null;

/** One attempt of a job, as far as it ran in the time that is asked for. */
export interface AttemptWork {
  readonly jobId: string;
  readonly namespace: string;
  readonly status: JobStatus;
  readonly reason: string;
  readonly gpus: number;
  readonly cpus: number;
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly ranMs: number;
  readonly lostTo: Waste | null;
  readonly isLast: boolean;
  readonly began: Told;
  readonly reached: Told;
  readonly nextBegan: Told;
}

export interface TeamGoodput {
  readonly namespace: string;
  readonly jobs: number;
  readonly attempts: number;
  readonly gpuHours: number;
  readonly cpuHours: number;
  readonly lost: Readonly<Record<Waste, { readonly gpuHours: number; readonly cpuHours: number }>>;
  readonly stepsRun: number;
  readonly stepsKept: number;
  /** Steps kept of those run, from 0 to 1; null: nobody told of any. */
  readonly goodput: number | null;
}

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** By team, which is a namespace; in the order of their names. */
export function goodputOf(works: readonly AttemptWork[], period: Period): TeamGoodput[] {
  const teams = new Map<string, AttemptWork[]>();
  for (const work of works) teams.set(work.namespace, [...(teams.get(work.namespace) ?? []), work]);
  return [...teams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([namespace, own]) => ofTeam(namespace, own, period));
}

function ofTeam(namespace: string, works: readonly AttemptWork[], period: Period): TeamGoodput {
  const all = { gpu: 0, cpu: 0 };
  const lost = Object.fromEntries(WASTES.map((waste) => [waste, { gpu: 0, cpu: 0 }])) as Record<Waste, typeof all>;
  let stepsRun = 0;
  let stepsKept = 0;
  for (const work of works) {
    const share = shareWithin(work, period);
    const hours = (work.ranMs / 3_600_000) * share;
    const kept = keptOf(work);
    add(all, hours, work);
    if (kept.waste) add(lost[kept.waste], hours * (1 - (kept.part ?? 0)), work);
    stepsRun += kept.steps * share;
    stepsKept += kept.steps * share * (kept.part ?? 0);
  }
  return {
    namespace,
    jobs: new Set(works.map(({ jobId }) => jobId)).size,
    attempts: works.length,
    gpuHours: rounded(all.gpu),
    cpuHours: rounded(all.cpu),
    lost: Object.fromEntries(
      WASTES.map((waste) => [waste, { gpuHours: rounded(lost[waste].gpu), cpuHours: rounded(lost[waste].cpu) }]),
    ) as TeamGoodput['lost'],
    stepsRun: rounded(stepsRun),
    stepsKept: rounded(stepsKept),
    goodput: stepsRun > 0 ? rounded(stepsKept / stepsRun) : null,
  };
}

function add(sum: { gpu: number; cpu: number }, hours: number, { gpus, cpus }: Pick<AttemptWork, 'gpus' | 'cpus'>) {
  sum.gpu += hours * gpus;
  sum.cpu += hours * cpus;
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** Of an attempt that began before or goes on after it, as if it had run evenly. */
function shareWithin({ beganAt, endedAt }: AttemptWork, { from, to }: Period): number {
  const length = endedAt.getTime() - beganAt.getTime();
  const within = Math.min(endedAt.getTime(), to.getTime()) - Math.max(beganAt.getTime(), from.getTime());
  return length <= 0 ? 1 : Math.min(1, Math.max(0, within / length));
}

interface Kept {
  /** That it made, as far as it told. */
  readonly steps: number;
  /** Of them, from 0 to 1; null: not known. */
  readonly part: number | null;
  /** What the rest went to. */
  readonly waste: Waste | null;
}

/** What the next attempt did not have to do again; of the last one all, if it came to something or still may. */
function keptOf(work: AttemptWork): Kept {
  const waste = wasteOf(work);
  const [began, reached, next] = positions(work);
  const steps = Math.max(0, (reached ?? 0) - (began ?? 0));
  if (waste === null) return { steps, part: 1, waste };
  if (work.isLast || steps === 0 || next === null) return { steps, part: work.isLast ? 0 : null, waste };
  return { steps, part: Math.min(1, Math.max(0, (next - (began ?? 0)) / steps)), waste };
}

function wasteOf({ isLast, lostTo, reason, status }: AttemptWork): Waste | null {
  if (lostTo !== null) return lostTo;
  if (!isLast || status !== 'Failed') return null;
  const facts = factsOf(asReason(reason));
  return facts?.lostTo ?? (facts?.stopped === 'cancelled' ? 'cancelled' : 'failed');
}

/** All three by the same measure. An attempt that told of no begin began where the training does. */
function positions({ began, nextBegan, reached }: AttemptWork): [number | null, number | null, number | null] {
  for (const measure of ['step', 'epoch', 'percent'] as const) {
    const end = reached?.[measure];
    if (typeof end === 'number') return [began?.[measure] ?? null, end, nextBegan?.[measure] ?? null];
  }
  return [null, null, null];
}

const HEADER = ['namespace', 'jobs', 'attempts', 'gpuHours', 'cpuHours'] as const;

/** Namespaces are DNS labels, so nothing in it needs quotes. */
export function goodputAsCsv(teams: readonly TeamGoodput[]): string {
  const names = [
    ...HEADER,
    ...WASTES.flatMap((waste) => [`${waste}GpuHours`, `${waste}CpuHours`]),
    ...['stepsRun', 'stepsKept', 'goodput'],
  ];
  const rows = teams.map((team) => [
    ...HEADER.map((name) => team[name]),
    ...WASTES.flatMap((waste) => [team.lost[waste].gpuHours, team.lost[waste].cpuHours]),
    ...[team.stepsRun, team.stepsKept, team.goodput ?? ''],
  ]);
  return [names, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

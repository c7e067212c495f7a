import type { JobFigures } from '../store/store.ts';
import { FIGURES, type Figure, LABEL } from './query.ts';

/** Of some 10,000 jobs in one member: beyond that the answer is no answer to our query. */
export const MAX_SERIES = 40_000;

/** Outside these it is no such number; NaN is in none. */
const BOUNDS: Readonly<Record<Figure, readonly [number, number]>> = {
  gpuPercent: [0, 100],
  gpus: [1, 100_000],
  idleGpus: [1, 100_000],
  cpuCores: [0, 1_000_000],
};

/** It answers, and not as a Prometheus does. */
export class NoPrometheus extends Error {}

/** What it has to say of each job. Labels are whoever's it likes: what names no figure of a job is left out. */
export function figuresIn(answer: unknown): JobFigures[] {
  const result = at(at(answer, 'data'), 'result');
  if (at(answer, 'status') !== 'success' || at(at(answer, 'data'), 'resultType') !== 'vector' || !Array.isArray(result))
    throw new NoPrometheus('What it answers is no answer of a Prometheus');
  if (result.length > MAX_SERIES)
    throw new NoPrometheus(`It answers with ${result.length} series, of which ${MAX_SERIES} are read at most`);
  const jobs = new Map<string, { namespace: string; object: string } & Partial<Record<Figure, number>>>();
  for (const series of result) {
    const told = figureOf(series);
    if (!told) continue;
    const { figure, namespace, object, value } = told;
    const key = `${namespace}/${object}`;
    const job = jobs.get(key) ?? { namespace, object };
    jobs.set(key, { ...job, [figure]: value });
  }
  return [...jobs.values()].map(
    ({ cpuCores = null, gpuPercent = null, gpus = 0, idleGpus = 0, namespace, object }) => ({
      namespace,
      object,
      cpuCores,
      gpuPercent: gpus > 0 ? gpuPercent : null,
      gpus,
      idleGpus: Math.min(gpus, idleGpus),
    }),
  );
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function figureOf(
  series: unknown,
):
  | { readonly figure: Figure; readonly namespace: string; readonly object: string; readonly value: number }
  | undefined {
  const labels = at(series, 'metric');
  const [namespace, object, name] = ['namespace', LABEL.job, LABEL.figure].map((label) => at(labels, label));
  const figure = FIGURES.find((each) => each === name);
  const sample = at(series, 'value');
  const text = Array.isArray(sample) ? sample[1] : undefined;
  if (figure === undefined || !isName(namespace) || !isName(object) || typeof text !== 'string') return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const [least, most] = BOUNDS[figure];
  return value >= least && value <= most ? { figure, namespace, object, value } : undefined;
}

const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

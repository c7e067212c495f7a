import { parse } from 'yaml';
import { listAt, pick, type StoredObject, textAt } from '../../kube/objects.ts';

/** How a simulated job goes, read from what its user wrote: see the table in the README beside. */
export interface Outcome {
  readonly end: 'succeed' | 'fail' | 'stop' | 'never';
  /** Seconds that the training takes at speed 1. */
  readonly seconds: number;
  /** Fails so many attempts, then goes well. */
  readonly failures: number;
  /** Loses so many attempts to an eviction. */
  readonly evictions: number;
  readonly start: 'normal' | 'imageMissing' | 'unschedulable' | 'submissionFails' | 'invalid';
}

const TRAINING_SECONDS = 30;

export function outcomeOf(job: StoredObject, fits: boolean): Outcome {
  const name = job.metadata.name;
  const images = podSpecsOf(job).flatMap((spec) => listAt(spec, 'containers').map((c) => textAt(c, 'image') ?? ''));
  const words = name.split(/[-.]/);
  const says = (word: string): boolean => words.includes(word);
  return {
    end: says('forever') ? 'never' : says('stop') ? 'stop' : says('fail') ? 'fail' : 'succeed',
    seconds: secondsOf(job, name),
    failures: says('flaky') ? 1 : 0,
    evictions: says('evicted') ? 1 : 0,
    start: images.some((image) => /\bmissing\b/.test(image))
      ? 'imageMissing'
      : says('unschedulable') || !fits
        ? 'unschedulable'
        : says('submission')
          ? 'submissionFails'
          : says('invalid')
            ? 'invalid'
            : 'normal',
  };
}

/** `sleep 90` as the command, or `sleep-90` in the name, is taken at its word. */
function secondsOf(job: StoredObject, name: string): number {
  const container = listAt(job, 'spec', 'template', 'spec', 'containers')[0];
  const command = [...listAt(container, 'command'), ...listAt(container, 'args')].join(' ');
  const text = `${textAt(job, 'spec', 'entrypoint') ?? ''} ${command} ${name}`;
  const seconds = /\bsleep[ -](\d+)/.exec(text)?.[1];
  return seconds === undefined ? TRAINING_SECONDS : Number(seconds);
}

export const podSpecsOf = (job: StoredObject): unknown[] =>
  [
    pick(job, 'spec', 'template', 'spec'),
    pick(job, 'spec', 'rayClusterSpec', 'headGroupSpec', 'template', 'spec'),
    ...listAt(job, 'spec', 'rayClusterSpec', 'workerGroupSpecs').map((group) => pick(group, 'template', 'spec')),
  ].filter((spec) => spec !== undefined);

/** What the training container is told, for log lines that look the part. */
export function environmentOf(job: StoredObject): Record<string, string> {
  try {
    const environment = pick(parse(textAt(job, 'spec', 'runtimeEnvYAML') ?? '{}'), 'env_vars');
    return Object.fromEntries(Object.entries(environment ?? {}).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}

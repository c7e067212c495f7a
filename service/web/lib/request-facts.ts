import type { Algorithm, JobRequest } from '../api/types.ts';
import { formatDuration } from './time.ts';

const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const showValue = (value: unknown): string => {
  if (value === null) return 'none';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === '') return 'empty';
  return Array.isArray(value) ? value.map(showValue).join(', ') : String(value);
};

/** "3 × 4 cores, 16 GiB, 1 GPU" */
export const resourcesOf = ({ resources }: JobRequest): string => {
  const { cpuCores, memoryGiB, gpuCount } = resources?.instanceResources ?? {};
  const each = [`${cpuCores} cores`, `${memoryGiB} GiB`, ...(gpuCount ? [`${gpuCount} GPU`] : [])].join(', ');
  const count = resources?.instanceCount ?? 1;
  return count > 1 ? `${count} × ${each}` : each;
};

export const limitOf = ({ stoppingCondition }: JobRequest): string =>
  formatDuration((stoppingCondition?.maxRuntimeSeconds ?? 0) * 1000);

/** null: the one that the platform is set to. */
export const imageOf = ({ algorithm, headImage, workerImage }: JobRequest): string | null => {
  const images = [...new Set([headImage, workerImage, algorithm.imageUri].filter(Boolean))];
  return images.length === 0 ? null : images.join(', ');
};

/** Of an algorithm's fields those that are to be otherwise than it would have them by itself. */
export const changedFields = (given: object, algorithm: Algorithm | undefined): [string, string][] =>
  Object.entries(given)
    .filter(([name, value]) => {
      const field = algorithm?.fields.find((one) => one.name === name);
      return field === undefined || !sameValue(value, field.default);
    })
    .map(([name, value]) => [name, showValue(value)]);

/** What was asked for otherwise than the algorithm would do by itself, and what the environment adds. */
export const changedParameters = (request: JobRequest, algorithm: Algorithm | undefined): [string, string][] => [
  ...changedFields(request.hyperparameters?.[request.algorithm.algorithmName ?? ''] ?? {}, algorithm),
  ...Object.entries(request.customHyperparameters ?? {}).map(([name, value]): [string, string] => [
    name,
    showValue(value),
  ]),
];

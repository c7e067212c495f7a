import type { Json } from './paths.ts';
import { localStore, parseJson } from './storage.ts';

/** A request on its way: any JSON object, since it can be written by hand. The service decides whether it is a good one. */
export type Draft = { [key: string]: Json };

const KEY = 'draft-job';

export const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const loadDraft = (): Draft | undefined => {
  const stored = parseJson(localStore.get(KEY));
  return isDraft(stored) ? stored : undefined;
};
export const saveDraft = (draft: Draft): boolean => localStore.set(KEY, JSON.stringify(draft));
export const forgetDraft = (): void => localStore.remove(KEY);

/** What a new form shows. */
export const emptyDraft = (namespace: string): Draft => ({
  jobName: '',
  namespace,
  priority: 500,
  algorithm: { source: 'builtin', algorithmName: 'xgboost' },
  resources: {
    instanceResources: { cpuCores: 4, memoryGiB: 16, gpuCount: 0 },
    instanceCount: 1,
    volumeSizeGB: 50,
  },
  stoppingCondition: { maxRuntimeSeconds: 14_400 },
  inputDataConfig: [],
  outputDataConfig: {},
  hyperparameters: {},
  customHyperparameters: {},
  targetClusters: [],
});

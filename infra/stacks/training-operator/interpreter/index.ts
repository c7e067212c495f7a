import { readFileSync } from 'node:fs';

/** One script of those beside this file. */
const script = (name: string) => ({ luaScript: readFileSync(new URL(`${name}.lua`, import.meta.url), 'utf8') });

/**
 * How Karmada reads a TrainingJob. No revision of replicas: all workers of a job are in one cluster, so a policy that divides
 * them must not.
 */
export const customizations = {
  replicaResource: script('replicas'),
  retention: script('retention'),
  statusReflection: script('reflection'),
  statusAggregation: script('aggregation'),
  healthInterpretation: script('health'),
  dependencyInterpretation: script('dependencies'),
};

import { aggregation } from './aggregation.ts';
import { dependencies } from './dependencies.ts';
import { health } from './health.ts';
import { reflection } from './reflection.ts';
import { replicas } from './replicas.ts';
import { retention } from './retention.ts';

/**
 * How Karmada reads a TrainingJob: a script for each of its questions. No revision of replicas: all workers of a job are in one
 * cluster, so a policy that divides them must not.
 */
export const customizations = {
  replicaResource: { luaScript: replicas },
  retention: { luaScript: retention },
  statusReflection: { luaScript: reflection },
  statusAggregation: { luaScript: aggregation },
  healthInterpretation: { luaScript: health },
  dependencyInterpretation: { luaScript: dependencies },
};

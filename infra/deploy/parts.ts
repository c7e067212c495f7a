import { StepFailure } from './failure.ts';
import type { Cluster } from './kube/cluster.ts';
import type { DeployFlags } from './options.ts';
import type { Objects, Target } from './target.ts';

/** The parts that this deployment applies and prunes; Karmada's first, for the platform logs in there. */
export function partsOf({ only }: Pick<DeployFlags, 'only'>, { karmada }: Pick<Target, 'karmada'>): (keyof Objects)[] {
  const withPlatform = only === undefined || only === 'platform';
  return [
    ...(karmada && only !== 'platform' ? ['karmada' as const] : []),
    ...(withPlatform ? ['platform' as const] : []),
  ];
}

export function clusterOf({ karmada, management, stack }: Target, part: keyof Objects): Cluster {
  const cluster = part === 'karmada' ? karmada : management;
  if (!cluster) throw new StepFailure(`${stack} does not use Karmada`);
  return cluster;
}

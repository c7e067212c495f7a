import type { Cluster } from '../kube/cluster.ts';
import type { DeployFlags } from '../options.ts';
import { StepFailure } from '../step.ts';
import type { Objects, Target } from '../target.ts';

/** The parts that this deployment is about; Karmada's first, for the platform logs in there. */
export function partsOf({ only }: Pick<DeployFlags, 'only'>, { karmada }: Pick<Target, 'karmada'>): (keyof Objects)[] {
  const parts: (keyof Objects)[] = karmada ? ['karmada', 'platform'] : ['platform'];
  return parts.filter((part) => only === undefined || only === part);
}

export function clusterOf({ karmada, management, stack }: Target, part: keyof Objects): Cluster {
  const cluster = part === 'karmada' ? karmada : management;
  if (!cluster) throw new StepFailure(`${stack} does not use Karmada`);
  return cluster;
}

/** Names of a part as a Helm release, and of its chart. */
export const releaseOf = ({ stack }: Pick<Target, 'stack'>, part: keyof Objects): string =>
  part === 'karmada' ? `${stack}-karmada` : stack;

/**
 * Where helm keeps a release. In Karmada it is Karmada's own namespace: any other would be copied into every member
 * cluster, with what is in it.
 */
export const releaseNamespace = ({ namespace }: Pick<Target, 'namespace'>, part: keyof Objects): string =>
  part === 'karmada' ? 'karmada-system' : namespace;

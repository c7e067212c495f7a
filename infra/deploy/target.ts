import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import { PlanError, type Planned, plan } from '../plan.ts';
import { mlPlatform } from '../stacks/ml-platform/index.ts';
import type { Settings as PlatformSettings } from '../stacks/ml-platform/settings.ts';
import { type KubeObject, synthesize } from '../synth/synthesize.ts';
import { type Cluster, openCluster } from './kube/cluster.ts';
import type { CommonFlags } from './options.ts';

/** What is deployed, and to where. */
export interface Target {
  readonly planned: Planned;
  readonly stack: string;
  readonly environment: string;
  readonly namespace: string;
  readonly objects: Objects;
  readonly createdAtDeploy: readonly CreatedAtDeploy[];
  /** Settings of the one stack that uses Karmada. */
  readonly platform: PlatformSettings | undefined;
  readonly management: Cluster;
  /** undefined: the stack does not use it. */
  readonly karmada: Cluster | undefined;
  close(): Promise<void>;
}

/** Objects by the API server they are for. */
export interface Objects {
  readonly platform: readonly KubeObject[];
  readonly karmada: readonly KubeObject[];
}

export class UsageError extends Error {
  override name = 'UsageError';
}

export async function openTarget(
  flags: CommonFlags,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Target> {
  const { config, env, stack } = flags;
  const options = { stack, environment: env, ...(config !== undefined && { config }), out: '', help: false };
  const [planned] = plan(options, variables);
  if (!planned) throw new PlanError(`no environment ${env} of ${stack}`);
  const { definition, environment, settings } = planned;
  const { folders } = synthesize(definition, settings, { environment });
  const platform = definition.name === mlPlatform.name ? (settings as PlatformSettings) : undefined;
  const namespace = settings.namespace.name;
  const clusters = await openClusters(flags, platform !== undefined, namespace, signal);
  return {
    planned,
    stack: definition.name,
    environment,
    namespace,
    objects: { platform: folders.get('') ?? [], karmada: folders.get('karmada') ?? [] },
    createdAtDeploy: definition.createdAtDeploy(settings),
    platform,
    ...clusters,
    async close() {
      await Promise.all([clusters.management.api.close(), clusters.karmada?.api.close()]);
    },
  };
}

/** Both kubeconfigs are looked at before any mistake is told, so that all are told at once. */
async function openClusters(flags: CommonFlags, usesKarmada: boolean, namespace: string, signal: AbortSignal) {
  const wanted = [
    { flag: '--mgmt-kubeconfig', variable: 'MGMT_KUBECONFIG', path: flags.mgmtKubeconfig, context: flags.context },
    ...(usesKarmada
      ? [
          {
            flag: '--karmada-kubeconfig',
            variable: 'KARMADA_KUBECONFIG',
            path: flags.karmadaKubeconfig,
            context: undefined,
          },
        ]
      : []),
  ];
  const opened = await Promise.allSettled(
    wanted.map(async ({ context, flag, path, variable }) => {
      if (path) return openCluster(path, namespace, signal, context);
      throw new UsageError(`${variable} (or ${flag}) is not set: name the file of the kubeconfig`);
    }),
  );
  const mistakes = opened.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
  const [management, karmada] = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (mistakes.length > 0 || !management) throw new UsageError(mistakes.join('\n'));
  return { management, karmada };
}

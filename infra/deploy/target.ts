import type { Identity } from '../../service/kube/identity.ts';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import { PlanError, type Planned, plan } from '../plan.ts';
import { stacks } from '../stacks/index.ts';
import { mlPlatform } from '../stacks/ml-platform/index.ts';
import type { Settings as PlatformSettings } from '../stacks/ml-platform/settings.ts';
import { type KubeObject, type Synthesis, synthesize } from '../synth/synthesize.ts';
import type { ParentName } from './applied/apply-set.ts';
import { UsageError } from './failure.ts';
import { type Cluster, clusterFor } from './kube/cluster.ts';
import type { CommonFlags } from './options.ts';

/** What is deployed, and to where. */
export interface Target {
  readonly planned: Planned;
  readonly stack: string;
  readonly environment: string;
  readonly namespace: string;
  readonly objects: Objects;
  /** What tells this installation from another one of the stack: its name, and the label on its objects. */
  readonly instance: string;
  /** Of the ApplySet that its objects are in. */
  readonly parent: ParentName;
  /** Its workloads, and all folders of its objects. */
  readonly synthesis: Synthesis;
  readonly createdAtDeploy: readonly CreatedAtDeploy[];
  /** Settings of the one stack that works with Karmada, by an identity of its own. */
  readonly platform: PlatformSettings | undefined;
  readonly management: Cluster;
  /** Of the management cluster, for programs that speak to it themselves. */
  readonly kubeconfig: KubeconfigChoice;
  /** undefined: the stack does not use it, or none is named to bring it to the members. */
  readonly karmada: Cluster | undefined;
  /** What is wrong with the command line and the files it names, to be told with what is wrong in the clusters. */
  readonly mistakes: readonly string[];
  /** Aborts when the user gives up. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Objects by the API server they are for. */
export interface Objects {
  readonly platform: readonly KubeObject[];
  readonly karmada: readonly KubeObject[];
}

interface KubeconfigChoice {
  readonly path: string;
  readonly context: string | undefined;
}

/** Settings and kubeconfigs are all looked at before any mistake is told, so that all are told at once. */
export async function openTarget(
  flags: CommonFlags,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
  inputs: readonly string[] = [],
): Promise<Target> {
  const [settings, identities] = await Promise.allSettled([
    (async () => plannedFor(flags, variables))(),
    identitiesOf(flags, usesKarmada(flags)),
  ]);
  if (settings.status === 'fulfilled' && identities.status === 'fulfilled') {
    const target = targetOf(settings.value, identities.value, inputs, signal);
    return { ...target, kubeconfig: kubeconfigsOf(flags).management };
  }
  const failed = [settings, identities].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failed.some((reason) => !(reason instanceof UsageError || reason instanceof PlanError))) throw failed[0];
  throw new UsageError([...failed.map((reason: Error) => reason.message), ...inputs].join('\n'));
}

const usesKarmada = ({ karmadaKubeconfig = '', stack }: CommonFlags): boolean =>
  stack === mlPlatform.name || (karmadaKubeconfig !== '' && isThroughKarmada(stack));

const isThroughKarmada = (name: string): boolean =>
  stacks.find((definition) => definition.name === name)?.throughKarmada === true;

function plannedFor({ config, env, stack }: CommonFlags, variables: NodeJS.ProcessEnv): Planned {
  const options = { stack, environment: env, ...(config !== undefined && { config }) };
  const [planned] = plan(options, variables);
  if (!planned) throw new PlanError(`no environment ${env} of ${stack}`);
  return planned;
}

type Clusters = Pick<Target, 'management' | 'karmada'>;

function targetOf(planned: Planned, identities: Identities, mistakes: readonly string[], signal: AbortSignal) {
  const { definition, environment, settings } = planned;
  const synthesis = synthesize(definition, settings, { environment });
  const { folders } = synthesis;
  const platform = folders.get('') ?? [];
  const namespace = settings.namespace.name;
  const instance = `${settings.namePrefix}${definition.name}`;
  const clusters: Clusters = {
    management: clusterFor(identities.management, namespace, signal),
    karmada: identities.karmada && clusterFor(identities.karmada, namespace, signal),
  };
  return {
    planned,
    stack: definition.name,
    environment,
    namespace,
    instance,
    parent: { name: `${instance}-applyset`, namespace },
    synthesis,
    objects: {
      platform,
      karmada: [...(definition.throughKarmada ? platform : []), ...(folders.get('karmada') ?? [])],
    },
    createdAtDeploy: definition.createdAtDeploy(settings),
    platform: definition.name === mlPlatform.name ? (settings as PlatformSettings) : undefined,
    ...clusters,
    mistakes,
    signal,
    async close() {
      await Promise.all([clusters.management.kube.close(), clusters.karmada?.kube.close()]);
    },
  };
}

interface Identities {
  readonly management: Identity;
  readonly karmada: Identity | undefined;
}

async function identitiesOf(flags: CommonFlags, usesKarmada: boolean): Promise<Identities> {
  const { karmada, management } = kubeconfigsOf(flags);
  const [first, second] = await Promise.allSettled([
    identityOf('--mgmt-kubeconfig', 'MGMT_KUBECONFIG', management),
    usesKarmada ? identityOf('--karmada-kubeconfig', 'KARMADA_KUBECONFIG', karmada) : undefined,
  ]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') {
    return { management: first.value, karmada: second.value };
  }
  const mistakes = [first, second].flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as Error).message] : [],
  );
  throw new UsageError(mistakes.join('\n'));
}

const kubeconfigsOf = ({
  context,
  karmadaKubeconfig = '',
  mgmtKubeconfig = '',
}: CommonFlags): Record<'management' | 'karmada', KubeconfigChoice> => ({
  management: { path: mgmtKubeconfig, context },
  karmada: { path: karmadaKubeconfig, context: undefined },
});

async function identityOf(flag: string, variable: string, { context, path }: KubeconfigChoice): Promise<Identity> {
  if (path === '') throw new UsageError(`${variable} (or ${flag}) is not set: name the file of the kubeconfig`);
  return loadKubeconfig(path, context === undefined ? {} : { context });
}

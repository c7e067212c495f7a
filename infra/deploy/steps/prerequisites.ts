import { KubeError } from '../../../service/kube/errors.ts';
import { groupOf } from '../../data/kube-object.ts';
import { findings } from '../../preflight/checks.ts';
import { factsOf } from '../../preflight/cluster.ts';
import { TOKENS_KEY } from '../../stacks/ml-platform/backend.ts';
import { readLedger } from '../applied/ledger.ts';
import { StepFailure } from '../failure.ts';
import { unpullableImages } from '../image-registry.ts';
import type { Cluster } from '../kube/cluster.ts';
import { partsOf } from '../parts.ts';
import { missingRights } from '../permissions.ts';
import { helmReleases, readSecret } from '../secret.ts';
import type { Deployment, Step } from '../step.ts';
import { chartsOf, withoutHelm } from './foreign-charts.ts';

/** Looked at before anything is changed, and all that is wrong told at once. */
export const prerequisites: Step = {
  title: 'Prerequisites',
  async run(deployment, say) {
    const { karmada, management, mistakes: told } = deployment.target;
    const clusters = [
      { name: 'management cluster', cluster: management },
      ...(karmada && deployment.flags.only !== 'platform' ? [{ name: 'Karmada', cluster: karmada }] : []),
    ];
    const asked = await Promise.all(clusters.map(async (each) => ({ ...each, ...(await versionOf(each.cluster)) })));
    const silent = asked.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));
    // Of a cluster that does not answer nothing else can be said.
    if (silent.length > 0) throw mistakes([...told, ...silent]);
    deployment.ledger = await readLedger(deployment.target);

    say('permissions, storage classes, ports, images');
    const found = (
      await Promise.all([
        [...told],
        missingRights(deployment),
        keptByHelm(deployment),
        missingTokens(deployment),
        checkWithoutToken(deployment),
        standingInTheWay(deployment),
        unpullable(deployment, say),
        unreachable(deployment),
        withoutHelm(deployment),
      ])
    ).flat();
    if (found.length > 0) throw mistakes(found);
    return asked.map(({ cluster, name, version }) => `${name} ${version} at ${cluster.kube.address}`).join(', ');
  },
};

const mistakes = (found: readonly string[]): StepFailure =>
  new StepFailure(
    `${found.length} to mend before anything is changed:\n${found.map((each) => `  ${each}`).join('\n')}`,
  );

async function versionOf({ kube }: Cluster): Promise<{ version: string; problem?: string }> {
  try {
    const { gitVersion } = (await kube.document('/version')) as { gitVersion?: string };
    if (gitVersion === undefined) return { version: '', problem: `${kube.address} is no Kubernetes API server` };
    const [, minor = '0'] = /^v1\.(\d+)/.exec(gitVersion) ?? [];
    const old = `${kube.address} is Kubernetes ${gitVersion}; ${OLDEST} or newer is needed`;
    return { version: gitVersion, ...(Number(minor) < 28 && { problem: old }) };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return { version: '', problem: error.message };
  }
}

/** What the manifests were made for: cdk8s-plus-28 and its API versions. */
const OLDEST = 'v1.28';

async function standingInTheWay({ flags, objects, target }: Deployment): Promise<string[]> {
  if (flags.only === 'karmada') return [];
  // What nobody else makes, this command does in a later step.
  const createdAtDeploy = target.createdAtDeploy.filter(({ madeBy }) => madeBy === 'the administrator');
  // Kinds that a chart of others brings come with it, in a later step.
  const brought = new Set(chartsOf(target).flatMap(({ brings }) => brings));
  const platform = objects.platform.filter((object) => !brought.has(groupOf(object)));
  const wanted = { namespace: target.namespace, objects: platform, createdAtDeploy };
  const facts = await factsOf(target.management.kube, wanted);
  return findings(wanted, facts);
}

async function unpullable({ flags, objects, target }: Deployment, say: (text: string) => void): Promise<string[]> {
  const { registry } = target.planned.settings.images;
  if (flags.pushImages && registry === '')
    return ['PUSH_IMAGES=yes needs a registry: set DOCKER_REGISTRY (images.registry)'];
  if (flags.buildImages || flags.pushImages || flags.only === 'karmada') return [];
  const { missing, unknown } = await unpullableImages(objects.platform, registry);
  for (const each of unknown) say(each);
  return missing;
}

/** Two that apply the same objects would each undo what the other does. */
async function keptByHelm({ flags, target }: Deployment): Promise<string[]> {
  if (!partsOf(flags, target).includes('platform')) return [];
  const [release] = await helmReleases(target);
  if (release === undefined) return [];
  return [
    `Helm keeps it here (Secret ${release}): go on with --only prepare and the helm upgrade that it prints, or change from Helm to this command (docs/gitops.md)`,
  ];
}

/** Callers need tokens, and neither the command line nor the cluster has any. */
async function missingTokens({ flags, target }: Deployment): Promise<string[]> {
  if (flags.only === 'karmada' || flags.tokensFile !== undefined) return [];
  const wanted = target.createdAtDeploy.filter(({ keys, madeBy }) => madeBy === undefined && keys.includes(TOKENS_KEY));
  const known = await Promise.all(wanted.map(({ name }) => readSecret(target, name)));
  if (known.every((values) => values?.[TOKENS_KEY] !== undefined)) return [];
  return ['nobody could call the API: make a file of tokens with npm run hash-token and name it with --tokens-file'];
}

/** Without a token the check of ml-platform submits no job. */
function checkWithoutToken({ flags, target: { platform } }: Deployment): string[] {
  if (!flags.probeJob || !platform || platform.auth.mode === 'none' || platform.check.tokenSecret !== '') return [];
  return [
    '--probe-job submits a job as a caller with a token: make a Secret with its token under the key token, and name it in check.tokenSecret',
  ];
}

/** Karmada's address goes into the backend's kubeconfig, where "this machine" would be the pod. */
async function unreachable({ flags, target }: Deployment): Promise<string[]> {
  if (
    !target.karmada ||
    !target.platform ||
    flags.only === 'platform' ||
    flags.karmadaServer ||
    flags.useGivenKubeconfig
  )
    return [];
  const { server } = await target.karmada.settings();
  if (!/^(localhost|127\.|\[::1\])/.test(server.hostname)) return [];
  return [`Karmada at ${server.origin} is this machine alone: give its address for pods with --karmada-server`];
}

// npm run preflight: asks a cluster whether a stack's manifests can come up there, before anything is applied.
import { Command, Option } from 'commander';
import { KubeError } from '../../service/kube/errors.ts';
import { PlanError, plan } from '../plan.ts';
import { type KubeObject, synthesize } from '../synth/synthesize.ts';
import { findings, type Wanted } from './checks.ts';
import { connect, factsOf } from './cluster.ts';
import { failoverWarnings, gateWarnings } from './failover.ts';
import { type Neighbourhood, neighbourWarnings } from './neighbours.ts';

interface Flags {
  stack: string;
  env: string;
  config?: string;
  context?: string;
  karmadaKubeconfig?: string;
}

const flags = new Command('npm run preflight --')
  .description('Tells what keeps a stack from coming up in a cluster: storage classes, NodePorts, operators, Secrets.')
  .requiredOption('-s, --stack <name>', 'the stack')
  .requiredOption('-e, --env <name>', 'the environment; with --config: the one it lays over')
  .option('-c, --config <file>', 'YAML of settings: an environment of your own')
  .addOption(
    new Option(
      '--karmada-kubeconfig <file>',
      'kubeconfig of the Karmada control plane, which is asked whether it would move RayJobs by itself',
    ).env('KARMADA_KUBECONFIG'),
  )
  .option('--context <name>', 'context of the kubeconfig (KUBECONFIG, ~/.kube/config); default: the current one')
  .parse()
  .opts<Flags>();

try {
  process.exitCode = (await preflight(flags)) ? 0 : 1;
} catch (error) {
  // A fault of ours needs its stack.
  if (error instanceof PlanError) console.error(`preflight: ${error.message}`);
  else if (error instanceof KubeError) console.error(`preflight: the cluster could not be asked: ${error.message}`);
  else console.error(error);
  process.exitCode = 1;
}

async function preflight({ config, context, env, karmadaKubeconfig, stack }: Flags): Promise<boolean> {
  const { neighbourhood, wanted } = wantedBy(stack, env, config);
  const kube = connect({ context });
  const [facts, gates, policies, neighbours] = await Promise.all([
    factsOf(kube, wanted),
    gateWarnings(kube),
    karmadaKubeconfig === undefined ? [] : policiesOf(karmadaKubeconfig),
    neighbourWarnings(kube, neighbourhood),
  ]).finally(() => kube.close());
  const warnings = [...gates, ...policies, ...neighbours];
  // They keep nothing from coming up.
  if (warnings.length > 0) console.error(['beware:', ...warnings].join('\n  '));
  const found = findings(wanted, facts);
  const where = `${stack}/${env} in ${kube.address}`;
  if (found.length === 0) console.log(`${where}: nothing stands in the way of ${wanted.objects.length} objects`);
  else console.error([`${where}: ${found.length} to mend before anything is applied`, ...found].join('\n  '));
  return found.length === 0;
}

async function policiesOf(file: string): Promise<string[]> {
  const karmada = connect({ file });
  return failoverWarnings(karmada).finally(() => karmada.close());
}

function wantedBy(
  stack: string,
  environment: string,
  config: string | undefined,
): { wanted: Wanted; neighbourhood: Neighbourhood } {
  const options = { stack, environment, ...(config !== undefined && { config }) };
  const [planned] = plan(options, process.env);
  if (!planned) throw new PlanError(`no environment ${environment} of ${stack}`);
  const { definition, settings } = planned;
  const { name: namespace, shared } = settings.namespace;
  const objects = synthesize(definition, settings, { environment: planned.environment }).folders.get('') ?? [];
  return {
    wanted: { namespace, objects, createdAtDeploy: definition.createdAtDeploy(settings) },
    neighbourhood: {
      namespace,
      shared,
      instance: settings.namePrefix + stack,
      makers: [
        ...objects.filter(({ kind }) => ['Cluster', 'Kafka'].includes(kind)).map(({ metadata }) => metadata.name),
        ...(definition.foreignCharts?.(settings) ?? []).map(({ release }) => release),
      ],
      holdsForAll: objects.filter(holdsForAll).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    },
  };
}

/** A quota and a LimitRange know no labels; a NetworkPolicy may do without. */
function holdsForAll({ kind, spec }: KubeObject): boolean {
  if (kind !== 'NetworkPolicy') return kind === 'ResourceQuota' || kind === 'LimitRange';
  return Object.keys((spec as { podSelector: object }).podSelector).length === 0;
}

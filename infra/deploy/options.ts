import { Command, InvalidArgumentError, Option } from 'commander';

/** What `deploy` and `destroy` have in common. */
export interface CommonFlags {
  readonly stack: string;
  readonly env: string;
  readonly config?: string;
  readonly mgmtKubeconfig?: string;
  readonly karmadaKubeconfig?: string;
  readonly context?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface DeployFlags extends CommonFlags {
  readonly karmadaServer?: string;
  readonly buildImages?: boolean;
  readonly pushImages?: boolean;
  readonly tokensFile?: string;
  readonly useGivenKubeconfig?: boolean;
  readonly valuesFile?: string;
  /** Options of earlier releases. */
  readonly helm?: boolean;
  readonly adopt?: boolean;
  readonly forceConflicts?: boolean;
  readonly dryRun?: boolean;
  readonly only?: 'prepare' | 'karmada' | 'platform';
  readonly rollback?: boolean;
  readonly timeout: number;
  /** How long a pod may show the same trouble, in milliseconds. */
  readonly patience: number;
  readonly probeJob?: boolean;
}

export interface DestroyFlags extends CommonFlags {
  readonly deleteData?: boolean;
  /** How long it waits for what jobs have in the clusters to go, in milliseconds. */
  readonly timeout: number;
}

export function deployCommand(): Command {
  const command = common(
    'deploy',
    'Deploys a stack to a cluster, waits until it runs and proves it. Run again, it goes on.',
  );
  command
    .optionsGroup('What is done:')
    .option('--dry-run', 'change nothing: print what would change, and what others have added to our objects')
    .addOption(
      new Option(
        '--only <part>',
        'prepare: all but the objects, which Helm or Argo CD then apply; karmada: rights and identity there; platform: without those',
      ).choices(['prepare', 'karmada', 'platform']),
    )
    .option(
      '--values-file <file>',
      'with --only prepare: where the settings in use go as values of the chart; default: dist/<stack>-<env>.values.yaml',
    )
    .option('--rollback', 'apply again what ran before the current deployment')
    .option('--probe-job', 'at the end run the check of the stack: for ml-platform a job through Karmada to Succeeded')
    .option('--force-conflicts', 'take over fields that another tool manages');
  command
    .optionsGroup('What it brings along:')
    .addOption(yes('--build-images', 'build the images of ml-platform first').env('BUILD_IMAGES'))
    .addOption(yes('--push-images', 'push them, as built just now or before').env('PUSH_IMAGES'))
    .addOption(
      new Option('--tokens-file <file>', 'hashed API tokens (npm run hash-token), where auth.mode is tokens').env(
        'API_TOKENS_FILE',
      ),
    )
    .addOption(
      new Option('--karmada-server <url>', "Karmada's address as pods reach it; default: that of its kubeconfig").env(
        'KARMADA_SERVER',
      ),
    )
    .option('--use-given-kubeconfig', 'give the backend the two kubeconfigs as they are, with all their rights');
  command
    .optionsGroup('How long it waits:')
    .addOption(new Option('--timeout <duration>', 'for pods to come up').argParser(duration).default(600_000, '10m'))
    .addOption(
      new Option('--patience <duration>', 'while a pod shows the same trouble')
        .argParser(duration)
        .default(60_000, '1m'),
    );
  // Options of earlier releases: known, so that what to do in their place can be said.
  for (const gone of ['--helm', '--adopt']) command.addOption(new Option(gone).hideHelp());
  return command.addHelpText('after', VARIABLES);
}

export function destroyCommand(): Command {
  return common('destroy', 'Lists what a stack has in a cluster, asks, and removes it; volumes and jobs stay.')
    .option(
      '--delete-data',
      'also the volumes, the Secrets, the rights in Karmada, and all jobs there and in the members, with their results',
    )
    .addOption(
      new Option('--timeout <duration>', 'with --delete-data: for all that jobs have in the clusters to go')
        .argParser(duration)
        .default(120_000, '2m'),
    );
}

function common(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .optionsGroup('Which stack, and where:')
    .option('-s, --stack <name>', 'the stack', 'ml-platform')
    .option('-e, --env <name>', 'the environment; with --config: the one it lays over', 'dev')
    .option('-c, --config <file>', 'YAML of settings: an environment of your own')
    .addOption(
      new Option('--mgmt-kubeconfig <file>', 'kubeconfig of the cluster that runs the stack').env('MGMT_KUBECONFIG'),
    )
    .addOption(
      new Option(
        '--karmada-kubeconfig <file>',
        'kubeconfig of the Karmada control plane: ml-platform needs one; training-operator goes to all of its members too',
      ).env('KARMADA_KUBECONFIG'),
    )
    .option('--context <name>', 'context of the first kubeconfig; default: its current one')
    .option('-y, --yes', 'ask nothing')
    .option('--json', 'one JSON object a line, for machines');
}

const VARIABLES = `
Settings of a stack can be overridden by variables, such as K8S_NAMESPACE, DOCKER_REGISTRY, VERSION, INGRESS_DOMAIN
and STORAGE_CLASS: npm run synth -- --help lists them. BUILD_IMAGES and PUSH_IMAGES are yes or no.`;

/** A switch whose variable says yes or no. */
function yes(flag: string, description: string): Option {
  return new Option(`${flag} [yes|no]`, description).preset('yes').argParser((value) => {
    if (/^(yes|true|1)$/i.test(value)) return true;
    if (/^(no|false|0|)$/i.test(value)) return false;
    throw new InvalidArgumentError('yes or no');
  });
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function duration(value: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})(s|m|h)$/.exec(value) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError('a time such as 90s, 10m or 1h');
  return ms;
}

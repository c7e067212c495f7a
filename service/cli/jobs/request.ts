import type { Command } from 'commander';
import { Option } from 'commander';
import type { JobRequest } from '../../client/index.ts';
import { type Cli, collect, wholeNumber } from '../cli.ts';
import { wrongUse } from '../failures.ts';
import { secondsOf } from '../output/time.ts';
import { describedBy } from './described.ts';
import { readDocuments } from './documents.ts';
import { put, readValue, setField } from './set.ts';

type Tree = Record<string, unknown>;

export interface RequestOptions {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly name?: string;
  readonly algorithm?: string;
  readonly param?: readonly string[];
  readonly image?: string;
  readonly cpus?: number;
  readonly memory?: number;
  readonly gpus?: number;
  readonly workers?: number;
  readonly cluster?: readonly string[];
  readonly priority?: number;
  readonly maxRuntime?: string;
  readonly workdir?: string;
}

/** Options by which a job is described, for the commands that make one. */
export const describedByOptions = <C extends Command>(command: C): C =>
  command
    .option('--set <field=value>', 'a field of the job, such as resources.instanceCount=4; again for more', collect)
    .option('--name <name>', 'name of the job')
    .addOption(new Option('--algorithm <name>', 'a built-in algorithm; "algorithms" lists them'))
    .option(
      '--param <name=value>',
      "a parameter of the algorithm, or a variable of one's own image; again for more",
      collect,
    )
    .option('--image <image>', "a container image of one's own, instead of an algorithm")
    .option('--cpus <n>', 'CPU cores of each worker', wholeNumber)
    .option('--memory <GiB>', 'memory of each worker', wholeNumber)
    .option('--gpus <n>', 'GPUs of each worker', wholeNumber)
    .option('--workers <n>', 'workers that train together', wholeNumber)
    .option('--cluster <name>', 'a cluster that may get the job; again for more', collect)
    .option('--priority <n>', 'higher is dispatched first', wholeNumber)
    .option(
      '--workdir <folder>',
      'a folder that is sent along, without what .gitignore names; the program starts in it',
    )
    .option('--max-runtime <time>', 'the job is ended after this: 90s, 15m, 2h');

/** The request that file, options and command make; the service checks it. `base` is what they change. */
export const requestFrom = async (
  cli: Cli,
  options: RequestOptions,
  command: readonly string[],
  base: Tree = {},
): Promise<JobRequest> => {
  const request = options.file === undefined ? structuredClone(base) : await fromFile(cli, options.file);
  const { namespace } = await cli.connection();
  if (namespace !== undefined && (request.namespace === undefined || cliNamespaceSaid(cli)))
    request.namespace = namespace;
  applyOptions(request, options);
  applyCommand(request, options, command);
  for (const assignment of options.set ?? []) setField(request, assignment);
  if (request.jobName === undefined) request.jobName = nameFor(request);
  return request as unknown as JobRequest;
};

/** A namespace of the command line holds over the file's; one of a context does not. */
const cliNamespaceSaid = (cli: Cli): boolean => cli.options().namespace !== undefined;

const fromFile = async (cli: Cli, file: string): Promise<Tree> => {
  const documents = await readDocuments(file, cli.terminal);
  const [first] = documents;
  if (first === undefined) throw wrongUse(`${file} is empty`);
  if (documents.length > 1)
    throw wrongUse(`${file} has ${documents.length} documents`, `"${cli.name} apply -f ${file}" submits each of them.`);
  return describedBy(cli, first);
};

const applyOptions = (request: Tree, options: RequestOptions): void => {
  const set = (path: string, value: unknown) => {
    if (value !== undefined) put(request, path.split('.'), value, path);
  };
  set('jobName', options.name);
  if (options.image !== undefined) {
    set('algorithm.source', 'container');
    set('algorithm.imageUri', options.image);
  }
  set('algorithm.algorithmName', options.algorithm);
  set('resources.instanceResources.cpuCores', options.cpus);
  set('resources.instanceResources.memoryGiB', options.memory);
  set('resources.instanceResources.gpuCount', options.gpus);
  set('resources.instanceCount', options.workers);
  set('targetClusters', options.cluster);
  set('priority', options.priority);
  set(
    'stoppingCondition.maxRuntimeSeconds',
    options.maxRuntime === undefined ? undefined : secondsOf(options.maxRuntime),
  );
  for (const assignment of options.param ?? []) applyParameter(request, assignment);
};

const applyParameter = (request: Tree, assignment: string): void => {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (name === undefined) throw wrongUse(`--param ${assignment}: it must be name=value`, 'For example --param eta=0.1');
  const { source, algorithmName } = algorithmOf(request);
  const isOwn = source === 'container' || source === 'custom';
  if (isOwn) put(request, ['customHyperparameters', name], readValue(value), assignment);
  else if (algorithmName === undefined)
    throw wrongUse(`--param ${assignment}: of which algorithm?`, 'Say --algorithm as well.');
  else put(request, ['hyperparameters', algorithmName, name], readValue(value), assignment);
};

const algorithmOf = (request: Tree) => (request.algorithm ?? {}) as { source?: string; algorithmName?: string };

/** What stands behind -- is what the container runs. An image that is named beside it needs to know nothing of Ray. */
const applyCommand = (request: Tree, options: RequestOptions, command: readonly string[]): void => {
  if (command.length === 0) return;
  if (options.image !== undefined && options.file === undefined) request.runtime = 'job';
  if (request.runtime === 'job') request.command = [...command];
  else request.entrypoint = command.map(quoted).join(' ');
};

/** For a shell, which starts what Ray runs. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const nameFor = (request: Tree): string => {
  const { algorithmName } = algorithmOf(request);
  if (algorithmName === undefined) throw wrongUse('The job has no name', 'Say --name, or jobName in the file.');
  return algorithmName;
};

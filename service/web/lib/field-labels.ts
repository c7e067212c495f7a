import { type Path, pathKey } from './paths.ts';
import { words } from './text.ts';

/** What the form calls each place of the request; # stands for the number of a channel. */
const LABELS: Readonly<Record<string, string>> = {
  jobName: 'Name',
  namespace: 'Namespace',
  priority: 'Priority',
  runtime: 'Runs as',
  'algorithm.algorithmName': 'Algorithm',
  'algorithm.imageUri': 'Image',
  'resources.instanceResources': 'Size of an instance',
  'resources.instanceResources.cpuCores': 'CPU',
  'resources.instanceResources.memoryGiB': 'Memory',
  'resources.instanceResources.gpuCount': 'GPUs',
  'resources.instanceCount': 'Instances',
  'resources.volumeSizeGB': 'Volume for results',
  'stoppingCondition.maxRuntimeSeconds': 'Stop after',
  inputDataConfig: 'Input data',
  'inputDataConfig.#': 'Channel',
  'inputDataConfig.#.channelName': 'Name of the channel',
  'inputDataConfig.#.channelType': 'Used for',
  'inputDataConfig.#.storageProvider': 'Storage',
  'inputDataConfig.#.endpoint': 'Endpoint',
  'inputDataConfig.#.bucket': 'Bucket',
  'inputDataConfig.#.prefix': 'Prefix',
  'inputDataConfig.#.contentType': 'Content type',
  'inputDataConfig.#.labelName': 'Label column',
  'inputDataConfig.#.featureNames': 'Feature columns',
  'inputDataConfig.#.csvColumns': 'Columns of a CSV without header',
  'outputDataConfig.artifactUri': 'Put the model at',
  targetClusters: 'Target clusters',
  customHyperparameters: 'Environment',
  entrypoint: 'Entry point',
  command: 'Command',
  args: 'Arguments',
  workdir: 'Folder that it starts in',
  headImage: 'Image of the Ray head',
  workerImage: 'Image of the Ray workers',
  pvcName: 'Existing volume claim',
  keepVolume: 'Results after the end',
  credentialsSecret: 'Secret with the storage keys',
  clusterCount: 'Number of clusters',
};

/** "Bucket of channel 2", "subsample", "GPUs": the words that stand beside the field. */
export const fieldLabel = (path: Path): string => {
  const [first, second, third] = path;
  if (first === 'hyperparameters') return path.length > 2 ? String(third) : `Hyperparameters of ${second}`;
  if (first === 'customHyperparameters' && second !== undefined) return `Variable ${second}`;
  const isChannel = first === 'inputDataConfig' && typeof second === 'number';
  const key = pathKey(path.map((part, index) => (isChannel && index === 1 ? '#' : part)));
  const label = LABELS[key] ?? LABELS[pathKey(path.slice(0, -1))] ?? words(String(path.at(-1) ?? 'The request'));
  if (!isChannel) return label;
  return path.length === 2 ? `Channel ${second + 1}` : `${label} of channel ${second + 1}`;
};

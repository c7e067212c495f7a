import type { Cluster, Team } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';

export const addTop: AddCommand = (program, cli) => {
  const top = program
    .command('top')
    .summary('what is used, of what there is')
    .description('Shows what is used, of what there is.');
  top
    .command('clusters', { isDefault: true })
    .summary('CPU, memory and GPUs of each cluster')
    .description('Shows what the pods of each cluster have asked for, of what its nodes have; and the jobs there.')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async ({ output }: { output: string }) => {
      const { client } = await cli.connection();
      await printList(cli.terminal, parseFormat(output), onePage((await client.clusters()).clusters), CLUSTERS);
      return EXIT.ok;
    });
  top
    .command('teams')
    .summary('jobs and GPUs of each namespace')
    .description('Shows what the running jobs of each namespace use, and what those ask for that wait.')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async ({ output }: { output: string }) => {
      const { client } = await cli.connection();
      await printList(cli.terminal, parseFormat(output), onePage(await client.teams()), TEAMS);
      return EXIT.ok;
    });
};

const CLUSTERS: Shape<Cluster> = {
  nameOf: ({ name }) => name,
  columns: [
    { title: 'CLUSTER', text: ({ name }) => name },
    { title: 'CPU', text: (cluster) => used(cluster, 'cpu', coresOf) },
    { title: 'MEMORY', text: (cluster) => used(cluster, 'memory', gibibytesOf, 'Gi') },
    { title: 'GPUS', text: (cluster) => used(cluster, 'nvidia.com/gpu', coresOf) },
    { title: 'NODES', text: ({ nodes }) => `${nodes.ready}/${nodes.total}` },
    { title: 'PENDING', text: ({ jobs }) => String(jobs.Pending ?? 0) },
    { title: 'RUNNING', text: ({ jobs }) => String(jobs.Running ?? 0) },
  ],
};

const TEAMS: Shape<Team> = {
  nameOf: ({ namespace }) => namespace,
  columns: [
    { title: 'NAMESPACE', text: ({ namespace }) => namespace },
    { title: 'RUNNING', text: ({ running }) => String(running) },
    { title: 'GPUS', text: ({ gpus }) => String(gpus) },
    { title: 'CPUS', text: ({ cpus }) => String(round(cpus)) },
    { title: 'WAITING', text: ({ waiting }) => String(waiting) },
    { title: 'FOR GPUS', text: ({ gpusWaitedFor }) => String(gpusWaitedFor) },
    { title: 'SUSPENDED', text: ({ suspended }) => String(suspended) },
  ],
};

/** "12/64 (19%)"; empty where a cluster has none of it. */
const used = (
  { allocated, allocatable }: Cluster,
  resource: string,
  read: (quantity: string) => number,
  unit = '',
): string => {
  const all = read(allocatable[resource] ?? '0');
  if (all === 0) return '';
  const taken = read(allocated[resource] ?? '0');
  return `${round(taken)}/${round(all)}${unit} (${Math.round((100 * taken) / all)}%)`;
};

const round = (value: number): number => Math.round(value * 10) / 10;

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

const coresOf = (quantity: string): number => {
  const [, number = '0', unit = ''] = /^([\d.eE+-]+?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(number) * (FACTORS[unit] ?? Number.NaN);
};

const gibibytesOf = (quantity: string): number => coresOf(quantity) / 2 ** 30;

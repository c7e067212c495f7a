import type { Cluster, Team } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { amountOf, GIBIBYTE } from '../quantity.ts';

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

/** What no amount is counts as none. */
const coresOf = (quantity: string): number => amountOf(quantity) || 0;

const gibibytesOf = (quantity: string): number => coresOf(quantity) / GIBIBYTE;

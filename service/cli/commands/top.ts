import type { Client, Cluster, ListedJob, Team } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { age } from '../output/time.ts';
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
  top
    .command('jobs')
    .summary('what each running job uses of its GPUs and CPUs')
    .description(
      'Shows what the running jobs use of what they hold, those with idle GPUs first. Empty where no Prometheus of their cluster tells: "mlp clusters -o wide" has why.',
    )
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async ({ output }: { output: string }) => {
      const { client, namespace } = await cli.connection();
      await printList(cli.terminal, parseFormat(output), onePage(await running(client, namespace)), JOBS);
      return EXIT.ok;
    });
};

/** Those that hold most, and use least of it. */
const running = async (client: Client, namespace: string | undefined): Promise<ListedJob[]> => {
  const jobs: ListedJob[] = [];
  for await (const page of client.jobs.pages({ state: 'Running', namespace }, { pageSize: 1000 }))
    jobs.push(...page.jobs);
  const rank = ({ utilisation }: ListedJob): number => utilisation?.idleGpus ?? -1;
  return jobs.sort((a, b) => rank(b) - rank(a) || (b.utilisation?.gpus ?? 0) - (a.utilisation?.gpus ?? 0));
};

const JOBS: Shape<ListedJob> = {
  nameOf: ({ id }) => id,
  columns: [
    { title: 'JOB', text: ({ id }) => id },
    { title: 'NAMESPACE', text: ({ namespace }) => namespace },
    { title: 'CLUSTER', text: ({ clusters }) => clusters.join(',') },
    { title: 'GPUS', text: ({ utilisation }) => (utilisation ? String(utilisation.gpus) : '') },
    { title: 'IDLE', text: ({ utilisation }) => (utilisation ? String(utilisation.idleGpus) : '') },
    { title: 'GPU', text: ({ utilisation }) => percent(utilisation?.gpuPercent) },
    { title: 'CPU', text: ({ utilisation }) => percent(utilisation?.cpuPercent) },
    { title: 'MEASURED', text: ({ utilisation }) => age(utilisation?.at ?? null) },
  ],
};

const percent = (value: number | null | undefined): string => (value == null ? '' : `${value}%`);

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
    { title: 'IDLE', text: ({ gpusMeasured, idleGpus }) => (gpusMeasured > 0 ? String(idleGpus) : '') },
    { title: 'BUSY', text: ({ gpuPercent }) => percent(gpuPercent) },
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

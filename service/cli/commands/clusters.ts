import type { Cluster } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { age } from '../output/time.ts';
import type { Terminal } from '../terminal.ts';

export const addClusters: AddCommand = (program, cli) => {
  program
    .command('clusters')
    .summary('list the clusters that run jobs')
    .description('Lists the member clusters: whether they are ready, where they are, and how many jobs they have.')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async ({ output }: { output: string }) => {
      const format = parseFormat(output);
      const { client } = await cli.connection();
      const { clusters, unreachableSince } = await client.clusters();
      await printList(cli.terminal, format, onePage(clusters), clusterShape(cli.terminal));
      if (unreachableSince !== null) {
        cli.terminal.say(`Karmada has not answered for ${age(unreachableSince)}: this is what it told last.`);
      }
      return EXIT.ok;
    });
};

const clusterShape = ({ paint }: Terminal): Shape<Cluster> => ({
  nameOf: ({ name }) => name,
  columns: [
    { title: 'CLUSTER', text: ({ name }) => name },
    {
      title: 'READY',
      text: ({ ready, reason }) => (ready ? 'yes' : `no${reason === '' ? '' : ` (${reason})`}`),
      paint: (text, { ready }) => paint(text, ready ? 'green' : 'red'),
    },
    { title: 'FENCED', wide: true, text: ({ fence }) => (fence === null ? '' : `${age(fence.at)} ago by ${fence.by}`) },
    { title: 'REGION', text: ({ region }) => region },
    { title: 'ZONE', text: ({ zone }) => zone },
    { title: 'NODES', text: ({ nodes }) => `${nodes.ready}/${nodes.total}` },
    { title: 'PENDING', text: ({ jobs }) => String(jobs.Pending ?? 0) },
    { title: 'RUNNING', text: ({ jobs }) => String(jobs.Running ?? 0) },
    { title: 'KUBERNETES', wide: true, text: ({ kubernetesVersion }) => kubernetesVersion },
    { title: 'LAST HEARD', wide: true, text: ({ monitor }) => age(monitor?.lastAnswerAt ?? null) },
    {
      title: 'UTILISATION',
      wide: true,
      text: ({ utilisation }) => (utilisation ? (utilisation.why ?? 'known') : ''),
    },
    { title: 'MESSAGE', wide: true, text: ({ message }) => message },
  ],
});

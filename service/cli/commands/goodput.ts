import type { Goodput } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { FORMATS, onePage, parseFormat, printList, type Shape } from '../output/format.ts';
import { secondsOf } from '../output/time.ts';

type Team = Goodput['teams'][number];

export const addGoodput: AddCommand = (program, cli) => {
  program
    .command('goodput')
    .summary('what work came to, and what was lost of it')
    .description(
      'Shows the hours of GPUs and CPUs that ran in each namespace, what of them came to nothing and why, ' +
        'and the share of training steps that were kept.',
    )
    .option('--since <time>', 'of this time: 12h, 7d', '7d')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async ({ since, output }: { since: string; output: string }) => {
      const format = parseFormat(output);
      const from = new Date(Date.now() - secondsOf(since) * 1000);
      const { client, namespace } = await cli.connection();
      const { teams, complete } = await client.goodput({
        from,
        ...(namespace !== undefined && { namespaces: [namespace] }),
      });
      await printList(cli.terminal, format, onePage(teams), SHAPE);
      if (teams.length === 0) cli.terminal.say(`Nothing has run within ${since}.`);
      if (!complete) cli.terminal.say('More jobs ran than are counted at once: ask for less time, or one namespace.');
      return EXIT.ok;
    });
};

const SHAPE: Shape<Team> = {
  nameOf: ({ namespace }) => namespace,
  columns: [
    { title: 'NAMESPACE', text: ({ namespace }) => namespace },
    { title: 'JOBS', text: ({ jobs }) => String(jobs) },
    { title: 'ATTEMPTS', text: ({ attempts }) => String(attempts) },
    { title: 'GPU HOURS', text: ({ gpuHours }) => hours(gpuHours) },
    { title: 'CPU HOURS', text: ({ cpuHours }) => hours(cpuHours) },
    { title: 'LOST', text: (team) => lostOf(team) },
    { title: 'STEPS KEPT', text: ({ goodput }) => (goodput === null ? '' : `${Math.round(goodput * 100)}%`) },
  ],
};

const hours = (value: number): string => value.toFixed(1);

/** "failed 8%, preempted 4%": of the hours of GPUs where there are any. */
const lostOf = ({ gpuHours, cpuHours, lost }: Team): string => {
  const all = gpuHours > 0 ? gpuHours : cpuHours;
  if (all === 0) return '';
  const shares = Object.entries(lost).map(([why, each]) => ({
    why,
    percent: Math.round((100 * (gpuHours > 0 ? each.gpuHours : each.cpuHours)) / all),
  }));
  const told = shares.filter(({ percent }) => percent > 0).map(({ why, percent }) => `${why} ${percent}%`);
  return told.length === 0 ? '0%' : told.join(', ');
};

import { type Client, type Job, type JobEvent, type JobPods, whyNoUtilisation } from '../../client/index.ts';
import type { AddCommand, Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { runTime } from '../jobs/columns.ts';
import { findJob } from '../jobs/find.ts';
import { checkpointOf, progressInWords, workersOf } from '../jobs/progress.ts';
import { paintState, stateOf } from '../jobs/state.ts';
import { wordsOfUse } from '../jobs/utilisation.ts';
import { createTable } from '../output/table.ts';
import { age, duration } from '../output/time.ts';
import { plain } from '../terminal.ts';
import { inWords } from './outputs.ts';

/** Of its history; "events" has all of it. */
const NEWEST_EVENTS = 12;
/** "outputs" has all of them. */
const MAX_OUTPUTS = 5;

export const addDescribe: AddCommand = (program, cli) => {
  program
    .command('describe')
    .summary('how a job is doing, and why it waits')
    .description(
      'Tells how a job is doing: why it waits, its place in the queue, its pods and what they wait for, its attempts, its history.',
    )
    .argument('<job>', 'id of the job, or its name: then the newest of that name')
    .action((said: string) => describe(cli, said));
};

const describe = async (cli: Cli, said: string): Promise<ExitCode> => {
  const { client } = await cli.connection();
  const id = await findJob(cli, said);
  const job = await client.jobs.get(id);
  const [events, attempts, pods, place, outputs, use] = await Promise.all([
    client.jobs.events(id),
    client.jobs.attempts(id),
    podsOf(client, job),
    placeOf(client, job),
    outputsOf(client, job),
    utilisationOf(client, job),
  ]);
  const { paint } = cli.terminal;
  const facts: [string, string][] = [
    ['Job', id],
    ['State', `${paintState(cli.terminal, stateOf(job), job)}${job.message === '' ? '' : `: ${plain(job.message)}`}`],
    ['Needs attention', job.attention ? `${job.attention.reason}: ${plain(job.attention.message)}` : ''],
    ['What to do', job.advice ?? ''],
    ['Queue', place],
    [
      'Not answering',
      Object.entries(job.unreachableSince)
        .map(([cluster, since]) => `${cluster}, for ${age(since)}`)
        .join('; '),
    ],
    ['Namespace', job.namespace],
    ['Algorithm', job.algorithm],
    ['Clusters', job.clusters.join(', ')],
    ['Asks for', resourcesOf(job)],
    ['Priority', String(job.priority)],
    ['Owner', job.createdBy ?? ''],
    ['Submitted', `${job.createdAt} (${age(job.createdAt)} ago)`],
    ['Progress', progressInWords(job.progress, job.finishedAt !== null)],
    ['Workers', workersOf(job.progress)],
    ['Checkpoint', checkpointOf(job.progress)],
    ['Ran for', runTime(job)],
    ['Uses', use],
    ['Outputs', outputs],
    [
      'Attempts',
      attempts.length > 1 ? attempts.map((each) => `${each.attempt}: ${each.id} ${stateOf(each)}`).join('; ') : '',
    ],
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  for (const [name, value] of facts) {
    if (value !== '') await cli.terminal.print(`${paint(`${name}:`.padEnd(width), 'dim')}${value}\n`);
  }
  await printPods(cli, pods);
  await printEvents(cli, events);
  return EXIT.ok;
};

/** Clusters may be out of reach, which the answer says of each; the rest of the job is worth telling all the same. */
const podsOf = (client: Client, job: Job): Promise<JobPods | Error> =>
  job.clusters.length === 0 || job.finishedAt !== null
    ? Promise.resolve({ clusters: [] })
    : client.jobs.pods(job.id).catch((error: Error) => error);

const placeOf = async (client: Client, job: Job): Promise<string> => {
  if (job.dispatchedAt !== null || job.finishedAt !== null || job.wanted !== 'run') return '';
  const { waiting, jobs } = await client.queue();
  const position = jobs.find(({ id }) => id === job.id)?.position;
  return position === undefined ? `among ${waiting} that wait` : `place ${position} of ${waiting}`;
};

/** Of a service that does not tell them, and of a storage that does not answer, the rest is worth telling all the same. */
const outputsOf = async (client: Client, { id, finishedAt }: Job): Promise<string> => {
  if (finishedAt === null) return '';
  const found = await client.jobs.outputs(id).catch(() => undefined);
  const shown = found?.outputs.slice(0, MAX_OUTPUTS) ?? [];
  const more = (found?.outputs.length ?? 0) - shown.length;
  const each = shown.map(
    ({ name, sizeBytes }) => `${plain(name)}${sizeBytes === null ? '' : ` (${inWords(sizeBytes)})`}`,
  );
  return [...each, ...(more > 0 ? [`${more} more`] : [])].join(', ');
};

const utilisationOf = async (client: Client, job: Job): Promise<string> => {
  // A service of an earlier version does not tell.
  if (job.status !== 'Running' || job.utilisation === undefined) return '';
  if (job.utilisation) return wordsOfUse(job);
  const all = await client.clusters().catch(() => undefined);
  return all ? `not known. ${plain(whyNoUtilisation(job, all.clusters))}` : '';
};

const resourcesOf = ({ request }: Job): string => {
  const { instanceResources, instanceCount } = request.resources ?? {};
  const { cpuCores, memoryGiB, gpuCount } = instanceResources ?? {};
  const each = [`${cpuCores} CPUs`, `${memoryGiB} GiB`, ...(gpuCount ? [`${gpuCount} GPUs`] : [])].join(', ');
  const limit = request.stoppingCondition?.maxRuntimeSeconds;
  return `${instanceCount} x ${each}${limit === undefined ? '' : `, for at most ${duration(limit * 1000)}`}`;
};

const printPods = async ({ terminal }: Cli, found: JobPods | Error): Promise<void> => {
  if (found instanceof Error) return terminal.say(`Its pods cannot be asked: ${found.message}`);
  const pods = found.clusters.flatMap(({ cluster, pods }) => pods.map((pod) => ({ cluster, ...pod })));
  if (pods.length > 0) {
    const table = createTable<(typeof pods)[number]>([
      { title: 'POD', text: ({ name }) => name },
      { title: 'ROLE', text: ({ role }) => role },
      { title: 'CLUSTER', text: ({ cluster }) => cluster },
      { title: 'STATE', text: ({ phase, ready }) => (ready ? `${phase}, ready` : phase) },
      { title: 'RESTARTS', text: ({ restarts }) => String(restarts) },
      { title: 'WHY', text: ({ reason, message }) => [reason, message].filter(Boolean).join(': ') },
    ]);
    await terminal.print(`\n${table(pods)}`);
  }
  const advice = found.clusters.flatMap(({ pods, events }) =>
    [...pods, ...events].flatMap((each) => each.advice ?? []),
  );
  for (const each of new Set(advice)) await terminal.print(`  ${terminal.paint('What to do:', 'yellow')} ${each}\n`);
  for (const { cluster, error } of found.clusters)
    if (error !== null) await terminal.print(`  ${cluster}: ${plain(error)}\n`);
};

const printEvents = async ({ terminal, name }: Cli, events: readonly JobEvent[]): Promise<void> => {
  const newest = events.slice(-NEWEST_EVENTS);
  if (newest.length === 0) return;
  const table = createTable<JobEvent>([
    { title: 'AGE', text: ({ at }) => age(at) },
    { title: 'STATE', text: ({ status }) => status, paint: (text, event) => paintState(terminal, text, event) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'CLUSTER', text: ({ cluster }) => cluster ?? '' },
    { title: 'MESSAGE', text: ({ message }) => message },
  ]);
  await terminal.print(`\n${table(newest)}`);
  const more = events.length - newest.length;
  if (more > 0) terminal.say(`${more} older ones: "${name} events ${newest[0]?.jobId}".`);
};

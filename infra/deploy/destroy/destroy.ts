import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { deleteLedger, readLedger } from '../applied/ledger.ts';
import { StepFailure, UsageError } from '../failure.ts';
import { Interrupted } from '../interrupt.ts';
import { remove } from '../kube/apply.ts';
import type { Cluster } from '../kube/cluster.ts';
import { titleOf } from '../kube/objects.ts';
import { type DestroyFlags, destroyCommand } from '../options.ts';
import { isForUser } from '../report.ts';
import { podsIn } from '../rollout/pods.ts';
import { helmReleases } from '../secret.ts';
import { openTarget, type Target } from '../target.ts';
import type { Terminal } from '../terminal.ts';
import { type Doomed, doomedObjects } from './doomed.ts';
import {
  inWords,
  isNone,
  type JobObjects,
  jobObjects,
  leftInMembers,
  named,
  refuseIfShared,
  removeJobObjects,
} from './job-objects.ts';

const LOOK_AGAIN_MS = 1_000;

interface Command {
  readonly flags: DestroyFlags;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Lists what a stack has in a cluster, asks, and removes it; returns the exit code. */
export async function destroy(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const flags = destroyCommand().parse(argv, { from: 'user' }).opts<DestroyFlags>();
  try {
    await run({ flags, terminal, signal });
    return 0;
  } catch (error) {
    const interrupted = signal.aborted && signal.reason instanceof Interrupted ? signal.reason : undefined;
    const why = interrupted?.message ?? (error instanceof Error ? error.message : String(error));
    if (flags.json) terminal.write(JSON.stringify({ state: 'failed', text: why }));
    else terminal.complain(`destroy: ${why}`);
    if (!interrupted && !isForUser(error)) terminal.complain(inspect(error));
    return interrupted?.exitCode ?? 1;
  }
}

async function run(command: Command): Promise<void> {
  const { flags, signal } = command;
  if (flags.json && !flags.yes) throw new UsageError('--json asks nothing: say --yes too');
  const target = await openTarget(flags, process.env, signal);
  try {
    await removeFrom(target, command);
  } finally {
    await target.close();
  }
}

async function removeFrom(target: Target, command: Command): Promise<void> {
  const { flags } = command;
  const tell = teller(command);
  const [release] = await helmReleases(target);
  if (release !== undefined) {
    throw new UsageError(
      `Helm keeps it (Secret ${release}): helm uninstall ${target.instance} --namespace ${target.namespace}, and then the same command again for what is left`,
    );
  }
  const { karmada, platform } = target;
  const ledger = await readLedger(target);
  const doomed = await doomedObjects(target, ledger, flags.deleteData ?? false);
  const jobs = karmada && platform && (await jobObjects(karmada));
  // Of an earlier removal that could not end: a member did not answer.
  const strays = karmada && flags.deleteData && jobs && isNone(jobs) ? await leftInMembers(karmada) : [];
  const withJobs = flags.deleteData && ((jobs && !isNone(jobs)) || strays.length > 0);
  if (karmada && withJobs) await refuseIfShared(karmada, target);
  tellRunning(jobs?.running ?? [], command, tell);
  if (doomed.length === 0 && !withJobs)
    return tell('done', `${target.stack} has nothing to remove in ${target.namespace}${staysOf(jobs)}`);
  for (const stray of strays) tell('listed', `Of jobs, left by an earlier removal: ${stray}`);
  list(target, doomed, jobs, command, tell);
  if (!flags.yes) await confirm(target.namespace, command);
  await removeAll(doomed, 'cluster', tell);
  if (karmada && withJobs) await removeJobs(target, karmada, command, tell);
  await removeAll(doomed, 'Karmada', tell);
  if (flags.deleteData) await deleteLedger(target, ledger);
  const stays = flags.deleteData ? '' : `${dataStays(target)}${staysOf(jobs)}`;
  tell('done', `${doomed.length} objects removed; the namespace ${target.namespace} stays${stays}`);
}

async function removeAll(doomed: readonly Doomed[], where: Doomed['where'], tell: Tell): Promise<void> {
  for (const each of doomed) {
    if (each.where === where && (await remove(each.cluster, each.object))) tell('removed', nameOf(each));
  }
}

const dataStays = ({ platform }: Target): string =>
  `, and in it volumes and Secrets${platform ? ', as do the rights in Karmada' : ''} (--delete-data removes them)`;

const staysOf = (jobs: JobObjects | undefined): string =>
  jobs === undefined || isNone(jobs) ? '' : `; of its jobs stay ${inWords(jobs)} (--delete-data removes them)`;

/** After the service, which would send again what is missing; before its rights. */
async function removeJobs(target: Target, karmada: Cluster, { flags }: Command, tell: Tell): Promise<void> {
  await servicePodsGone(target, tell);
  const left = await removeJobObjects(karmada, { waitMs: flags.timeout, tell: (text) => tell('running', text) });
  if (left.length === 0) return tell('removed', 'all objects of jobs, on Karmada and in the members');
  throw new StepFailure(
    `after ${flags.timeout / 1000} s there is still ${left.join('; ')}. What Karmada knows goes when the cluster answers again; the same command goes on from here`,
  );
}

async function servicePodsGone(target: Target, tell: Tell): Promise<void> {
  const selector = `app.kubernetes.io/instance=${target.instance},app.kubernetes.io/component=backend`;
  for (let looks = 0; (await podsIn(target, selector)).length > 0; looks += 1) {
    if (looks === 0) tell('running', 'waiting until the service has stopped');
    await target.management.pause(LOOK_AGAIN_MS);
  }
}

function tellRunning(running: readonly string[], { flags }: Command, tell: Tell): void {
  if (running.length === 0) return;
  const what = flags.deleteData ? 'end with their data' : 'go on in their clusters unwatched';
  tell('running', `${running.length} jobs have not ended, and ${what}: ${running.join(', ')}`);
}

function list(
  target: Target,
  doomed: readonly Doomed[],
  jobs: JobObjects | undefined,
  { flags }: Command,
  tell: Tell,
): void {
  if (jobs && !isNone(jobs) && flags.deleteData) {
    tell('listed', `Of jobs, with all their results: ${inWords(jobs)}:`);
    for (const name of named(jobs)) tell('listed', name);
  }
  tell('listed', `${target.stack} in ${target.namespace} at ${target.management.kube.address}:`);
  for (const each of doomed) tell('listed', nameOf(each));
}

function nameOf({ object, where }: Doomed): string {
  return `${titleOf(object)}${where === 'Karmada' ? ' in Karmada' : ''}`;
}

/** The namespace and not just "y": whoever has the wrong cluster before him notices. */
async function confirm(namespace: string, { flags, signal, terminal }: Command): Promise<void> {
  const lines = createInterface({ input: terminal.input });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  terminal.write(`Type the name of the namespace to remove all this${flags.deleteData ? ', data too' : ''}:`);
  const [answer] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  lines.close();
  if (signal.aborted) throw signal.reason;
  if (answer !== namespace) throw new UsageError('nothing was removed');
}

type Tell = (state: string, text: string) => void;

function teller({ flags, terminal }: Command): Tell {
  if (flags.json) return (state, text) => terminal.write(JSON.stringify({ state, text }));
  return (state, text) => terminal.write(state === 'removed' ? `removed ${text}` : text);
}

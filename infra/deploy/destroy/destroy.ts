import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { deleteLedger, readLedger } from '../applied/ledger.ts';
import { UsageError } from '../failure.ts';
import { Interrupted } from '../interrupt.ts';
import { remove } from '../kube/apply.ts';
import { titleOf } from '../kube/objects.ts';
import { type DestroyFlags, destroyCommand } from '../options.ts';
import { isForUser } from '../report.ts';
import { helmReleases } from '../secret.ts';
import { openTarget, type Target } from '../target.ts';
import type { Terminal } from '../terminal.ts';
import { type Doomed, doomedObjects } from './doomed.ts';
import { runningJobs } from './running-jobs.ts';

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
  const ledger = await readLedger(target);
  const doomed = await doomedObjects(target, ledger, flags.deleteData ?? false);
  if (doomed.length === 0) return tell('done', `${target.stack} has nothing to remove in ${target.namespace}`);
  await list(target, doomed, tell);
  if (!flags.yes) await confirm(target.namespace, command);
  for (const each of doomed) {
    if (await remove(each.cluster, each.object)) tell('removed', nameOf(each));
  }
  if (flags.deleteData) await deleteLedger(target, ledger);
  tell('done', `${doomed.length} objects removed; the namespace ${target.namespace} stays${remains(flags)}`);
}

function remains(flags: DestroyFlags): string {
  return flags.deleteData
    ? ''
    : ', and in it volumes and Secrets, as do the rights in Karmada (--delete-data removes them)';
}

async function list(target: Target, doomed: readonly Doomed[], tell: Tell): Promise<void> {
  const running = target.karmada ? await runningJobs(target.karmada) : [];
  if (running.length > 0) {
    tell(
      'running',
      `${running.length} jobs have not ended, and go on in their clusters unwatched: ${running.join(', ')}`,
    );
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

import { inspect } from 'node:util';
import { previewOf } from './dry-run.ts';
import { Interrupted } from './interrupt.ts';
import { type DeployFlags, deployCommand } from './options.ts';
import { FailedStep, isForUser, type Output, runSteps } from './report.ts';
import { readRevisions, revisionBefore } from './revisions.ts';
import type { Deployment } from './step.ts';
import { STEPS } from './steps/index.ts';
import { prerequisites } from './steps/prerequisites.ts';
import { openTarget, type Target, UsageError } from './target.ts';
import type { Terminal } from './terminal.ts';

/** A stack into a cluster, from the first question to its addresses; returns the exit code. */
export async function deploy(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const flags = deployCommand().parse(argv, { from: 'user' }).opts<DeployFlags>();
  const style = flags.json ? 'json' : terminal.isTTY ? 'live' : 'plain';
  const output: Output = { style, write: terminal.write };
  try {
    await run(flags, output, signal);
    return 0;
  } catch (error) {
    return explain(error, flags, terminal, signal);
  }
}

async function run(flags: DeployFlags, output: Output, signal: AbortSignal): Promise<void> {
  if (flags.pushImages && !flags.buildImages) {
    throw new UsageError('PUSH_IMAGES=yes pushes what is built here: set BUILD_IMAGES=yes too');
  }
  const target = await openTarget(flags, process.env, signal);
  try {
    if (flags.dryRun) return await dryRun({ target, flags, objects: target.objects, earlier: [] }, output);
    await runSteps(STEPS, await deploymentOf(target, flags, output), output);
  } finally {
    await target.close();
  }
}

async function deploymentOf(target: Target, flags: DeployFlags, output: Output): Promise<Deployment> {
  const earlier = await readRevisions(target);
  if (!flags.rollback) return { target, flags, objects: target.objects, earlier };
  const before = revisionBefore(earlier);
  if (!before)
    throw new UsageError(`there is no earlier revision of ${target.stack} in the namespace ${target.namespace}`);
  output.write(
    flags.json
      ? JSON.stringify({ step: 'Rollback', state: 'running', text: `revision ${before.number}` })
      : `Back to revision ${before.number} (${before.environment})`,
  );
  return { target: { ...target, environment: before.environment }, flags, objects: before.objects, earlier };
}

async function dryRun(deployment: Deployment, output: Output): Promise<void> {
  await runSteps([prerequisites], deployment, output);
  const earlier = await readRevisions(deployment.target);
  for (const { change, lines, object } of await previewOf({ ...deployment, earlier })) {
    output.write(
      deployment.flags.json
        ? JSON.stringify({ object, change, lines })
        : [`${change}: ${object}`, ...lines].join('\n  '),
    );
  }
}

function explain(error: unknown, { json }: DeployFlags, terminal: Terminal, signal: AbortSignal): number {
  const interrupted = signal.aborted && signal.reason instanceof Interrupted ? signal.reason : undefined;
  const step = error instanceof FailedStep ? error.step : undefined;
  const why = interrupted?.message ?? (error instanceof Error ? error.message : String(error));
  if (json) terminal.write(JSON.stringify({ step, state: 'failed', text: why }));
  else {
    terminal.complain(`deploy: ${step === undefined ? '' : `${step} failed: `}${why}`);
    if (step !== undefined) terminal.complain('Mend it and run the same command again: it goes on from where it is.');
  }
  if (!interrupted && !isForUser(error)) terminal.complain(inspect(error instanceof FailedStep ? error.cause : error));
  return interrupted?.exitCode ?? 1;
}

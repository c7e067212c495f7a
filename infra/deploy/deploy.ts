import { inspect } from 'node:util';
import { mlPlatform } from '../stacks/ml-platform/index.ts';
import { previewOfSecrets } from './dry-run.ts';
import { inputMistakes } from './inputs.ts';
import { Interrupted } from './interrupt.ts';
import { type DeployFlags, deployCommand } from './options.ts';
import { FailedStep, isForUser, type Output, runSteps } from './report.ts';
import type { Deployment } from './step.ts';
import { STEPS } from './steps/index.ts';
import { prerequisites } from './steps/prerequisites.ts';
import { openTarget, type Target, UsageError } from './target.ts';
import type { Terminal } from './terminal.ts';
import { helm, helmMistakes } from './ways/helm.ts';
import { manifests } from './ways/manifests.ts';

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
  const target = await openTarget(flags, process.env, signal, async (stack) => [
    ...inputMistakes(flags, process.env),
    ...(flags.helm ? await helmMistakes(stack, flags.only !== 'platform' && stack === mlPlatform.name) : []),
  ]);
  try {
    const deployment = await deploymentOf(target, flags, output);
    if (flags.dryRun) await dryRun(deployment, output);
    else await runSteps(STEPS, deployment, output);
  } finally {
    await target.close();
  }
}

async function deploymentOf(target: Target, flags: DeployFlags, output: Output): Promise<Deployment> {
  const way = flags.helm ? helm : manifests;
  // A server that does not answer is told by the first step, with all else that is wrong.
  if (!flags.rollback) return { target, flags, way, objects: target.objects, earlier: [] };
  const before = await way.before(target);
  if (!before)
    throw new UsageError(`there is no earlier revision of ${target.stack} in the namespace ${target.namespace}`);
  const { environment = target.environment, name, objects } = before;
  output.write(
    flags.json
      ? JSON.stringify({ step: 'Rollback', state: 'running', text: name })
      : `Back to ${name} (${environment})`,
  );
  return { target: { ...target, environment }, flags, way, objects, earlier: [] };
}

async function dryRun(deployment: Deployment, output: Output): Promise<void> {
  await runSteps([prerequisites], deployment, output);
  for (const { change, lines, object } of [
    ...(await previewOfSecrets(deployment)),
    ...(await deployment.way.preview(deployment)),
  ]) {
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

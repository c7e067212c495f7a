import { inspect } from 'node:util';
import { KubeError } from '../../service/kube/errors.ts';
import { NO_LEDGER, readLedger } from './applied/ledger.ts';
import { earlierThan } from './applied/record.ts';
import { previewOf } from './dry-run.ts';
import { addressVariable, entranceAddress } from './entrance-address.ts';
import { UsageError } from './failure.ts';
import { goneOptions, inputMistakes } from './inputs.ts';
import { Interrupted } from './interrupt.ts';
import { type DeployFlags, deployCommand } from './options.ts';
import { FailedStep, isForUser, type Output, runSteps } from './report.ts';
import type { Deployment } from './step.ts';
import { stepsFor } from './steps/index.ts';
import { prerequisites } from './steps/prerequisites.ts';
import { openTarget, type Target } from './target.ts';
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
  const instead = goneOptions(flags);
  if (instead !== undefined) throw new UsageError(instead);
  const inputs = inputMistakes(flags, process.env);
  let variables = process.env;
  // Once more with the address of its entrance, where settings hang on one that only the cluster knows.
  for (let isDone = false; !isDone; ) {
    const target = await openTarget(flags, variables, signal, inputs);
    try {
      const known = await knownAddress(target);
      if (known === undefined) await once(target, flags, output);
      const address = known ?? (flags.dryRun || flags.only ? undefined : await entranceAddress(target));
      const variable = addressVariable(target);
      isDone = address === undefined || variable === undefined;
      if (!isDone) variables = { ...variables, [String(variable)]: address };
    } finally {
      await target.close();
    }
  }
}

/** Of an earlier run; a cluster that does not answer is told by the first step. */
const knownAddress = (target: Target): Promise<string | undefined> =>
  entranceAddress(target).catch((error: unknown) => {
    if (error instanceof KubeError) return undefined;
    throw error;
  });

async function once(target: Target, flags: DeployFlags, output: Output): Promise<void> {
  const deployment = await deploymentOf(target, flags, output);
  if (flags.dryRun) await dryRun(deployment, output);
  else await runSteps(stepsFor(flags), deployment, output);
}

async function deploymentOf(target: Target, flags: DeployFlags, output: Output): Promise<Deployment> {
  // A server that does not answer is told by the first step, with all else that is wrong.
  if (!flags.rollback) return { target, flags, objects: target.objects, ledger: NO_LEDGER };
  const ledger = await readLedger(target);
  const earlier = earlierThan(ledger.record);
  if (!earlier) {
    throw new UsageError(
      `nothing ran before: there is no earlier deployment of ${target.stack} in ${target.namespace}`,
    );
  }
  const { at, environment, objects } = earlier;
  const text = `what ran since ${at} (${environment})`;
  output.write(flags.json ? JSON.stringify({ step: 'Rollback', state: 'running', text }) : `Back to ${text}`);
  return { target: { ...target, environment }, flags, objects, ledger };
}

async function dryRun(deployment: Deployment, output: Output): Promise<void> {
  await runSteps([prerequisites], deployment, output);
  for (const { change, lines, object } of await previewOf(deployment)) {
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

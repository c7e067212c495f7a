import { Listr } from 'listr2';
import { KubeError } from '../../service/kube/errors.ts';
import { KubeconfigError } from '../../service/kube/kubeconfig.ts';
import { PlanError } from '../plan.ts';
import { StepFailure, UsageError } from './failure.ts';
import type { Deployment, Step } from './step.ts';

export interface Output {
  /** 'live' on a terminal, 'plain' lines elsewhere, 'json' for machines. */
  readonly style: 'live' | 'plain' | 'json';
  write(line: string): void;
}

export class FailedStep extends Error {
  override name = 'FailedStep';
  readonly step: string;
  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
  }
}

/** One step after the other; the first that fails ends it. */
export async function runSteps(steps: readonly Step[], deployment: Deployment, output: Output): Promise<void> {
  if (output.style === 'live') return runLive(steps, deployment);
  for (const step of steps) await runQuietly(step, deployment, output);
}

async function runQuietly(step: Step, deployment: Deployment, { style, write }: Output): Promise<void> {
  const tell = (state: string, text: string): void =>
    write(style === 'json' ? JSON.stringify({ step: step.title, state, text }) : lines(step.title, state, text));
  const skipped = step.skipped?.(deployment);
  if (skipped !== undefined) return tell('skipped', skipped);
  let last = '';
  // A wait repeats itself every second; a log needs it once.
  const say = (text: string): void => {
    if (text !== last) tell('running', text);
    last = text;
  };
  try {
    tell('done', await step.run(deployment, say));
  } catch (error) {
    throw new FailedStep(step.title, error);
  }
}

function lines(title: string, state: string, text: string): string {
  const [first, ...more] = text.split('\n');
  const label = state === 'running' ? `${title} ...` : state === 'skipped' ? `${title}: left out,` : `${title}:`;
  return [`${label} ${first}`, ...more.map((line) => `  ${line}`)].join('\n');
}

async function runLive(steps: readonly Step[], deployment: Deployment): Promise<void> {
  const tasks = steps.map((step) => ({
    title: step.title,
    skip: () => {
      const skipped = step.skipped?.(deployment);
      return skipped === undefined ? false : `${step.title}: ${skipped}`;
    },
    rendererOptions: { outputBar: 1, persistentOutput: false },
    task: async (_context: unknown, task: { title: string; output: string }) => {
      try {
        task.title = `${step.title}: ${await step.run(deployment, (text) => {
          task.output = text;
        })}`;
      } catch (error) {
        throw new FailedStep(step.title, error);
      }
    },
  }));
  await new Listr(tasks, {
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseSkips: false },
  }).run();
}

const FOR_USER = [StepFailure, UsageError, PlanError, KubeError, KubeconfigError];

/** Whether the reason is for the user, or a fault of ours whose origin must be shown. */
export const isForUser = (error: unknown): boolean =>
  error instanceof FailedStep ? isForUser(error.cause) : FOR_USER.some((each) => error instanceof each);

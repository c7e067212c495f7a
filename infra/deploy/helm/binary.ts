import { runChild } from '../child.ts';
import { StepFailure } from '../step.ts';

/** helm as this machine has it. */
export interface Helm {
  readonly program: string;
  readonly version: string;
  readonly major: 3 | 4;
}

/** `--dry-run=server` came with 3.13. */
const OLDEST_3 = 13;

/** HELM names the program; otherwise it is the one on PATH. What is wrong with it is thrown, with what to do. */
export async function findHelm(variables: NodeJS.ProcessEnv): Promise<Helm> {
  const program = variables.HELM || 'helm';
  const { code, err, out } = await runChild(program, ['version', '--template', '{{.Version}}'], { env: variables });
  if (code !== 0) {
    throw new StepFailure(
      `--helm needs helm 3.${OLDEST_3} or newer, or 4, and ${program} does not start (${err.trim()}): install it, name it with HELM, or leave --helm out`,
    );
  }
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(out) ?? [];
  const recent = major === '4' || (major === '3' && Number(minor) >= OLDEST_3);
  if (!recent) throw new StepFailure(`${program} is helm ${out.trim()}: --helm needs 3.${OLDEST_3} or newer, or 4`);
  return { program, version: out.trim(), major: Number(major) as 3 | 4 };
}

/** Where a release is, and how its cluster is reached. */
export interface Place {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly namespace: string;
}

export interface HelmRun {
  readonly place: Place;
  readonly args: readonly string[];
  /** What helm reads where its arguments say "-". */
  readonly input?: string;
  readonly signal: AbortSignal;
}

/** One run of helm; its output, or a failure that ends with what helm said. */
export async function runHelm({ program }: Helm, { args, input, place, signal }: HelmRun): Promise<string> {
  const { context, kubeconfig, namespace } = place;
  const all = [...args, '--namespace', namespace, ...(context === undefined ? [] : ['--kube-context', context])];
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const { code, err, out } = await runChild(program, all, {
    env,
    signal,
    ...(input !== undefined && { input }),
  });
  if (code === 0) return out;
  throw new StepFailure(`helm ${args.slice(0, 2).join(' ')}: ${meaningful(err) || `exit code ${code}`}`);
}

/** Without the warnings and progress that helm puts before the error. */
function meaningful(err: string): string {
  const lines = err.trim().split('\n');
  const errors = lines.filter((line) => !/^(WARNING|I\d{4} |W\d{4} |level=(WARN|INFO|DEBUG))/.test(line));
  return errors.join('\n').replace(/^Error: /gm, '');
}

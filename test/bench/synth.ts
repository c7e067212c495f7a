import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './median.ts';
import { benchCommand, count } from './options.ts';

interface Flags {
  readonly rounds: number;
  readonly json?: boolean;
}

const command = benchCommand(
  'synth',
  `Wall time of our synth (every environment of every stack) and of an empty cdk8s app that tsx starts, in turn:
by the cdk8s command line, for which the ratio has a bound, and without it, as npm run synth starts.`,
).option('--rounds <n>', 'runs of each; the median counts', count, 9);

/** What the ratio by the cdk8s command line may be at most. */
const TARGET = 1.5;

const LINKED = ['infra', 'imports', 'service', 'node_modules', 'package.json', 'tsconfig.json', 'cdk8s.yaml'];
const EMPTY_APP = `import { App, Chart } from 'cdk8s';
const app = new App();
new Chart(app, 'empty');
app.synth();
`;

/** A folder, and the arguments of node that start its app there. */
interface Project {
  readonly folder: string;
  readonly app: readonly string[];
}

interface StartUp {
  readonly title: string;
  readonly args: (project: Project) => readonly string[];
  readonly bound?: number;
}

const CLI = 'node_modules/cdk8s-cli/bin/cdk8s';
const START_UPS: StartUp[] = [
  { title: 'npx cdk8s synth', args: () => [CLI, 'synth', '--check-upgrade=false'], bound: TARGET },
  { title: 'npm run synth (no CLI)', args: ({ app }) => app },
];

export async function run(argv: string[]): Promise<void> {
  const { json, rounds } = command.parse(argv, { from: 'user' }).opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  try {
    const [ours, empty] = [ourProject(join(folder, 'ours')), emptyProject(join(folder, 'empty'))];
    const results = START_UPS.map((startUp) => measure(startUp, ours, empty, rounds));
    console.log(json ? JSON.stringify(results) : table(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that looks like the repository, so that a run changes nothing of it. */
function ourProject(folder: string): Project {
  mkdirSync(folder);
  for (const name of LINKED) symlinkSync(join(process.cwd(), name), join(folder, name));
  return { folder, app: ['infra/run.cjs', 'infra/main.ts'] };
}

function emptyProject(folder: string): Project {
  const app = ['--import', 'tsx', 'main.ts'];
  mkdirSync(folder);
  for (const name of ['node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(process.cwd(), name), join(folder, name));
  writeFileSync(join(folder, 'cdk8s.yaml'), `language: typescript\napp: node ${app.join(' ')}\noutput: .synth\n`);
  writeFileSync(join(folder, 'main.ts'), EMPTY_APP);
  return { folder, app };
}

interface Result {
  readonly startUp: string;
  readonly ours: number;
  readonly empty: number;
  readonly ratio: number;
  readonly bound?: number;
}

function measure({ args, bound, title }: StartUp, ours: Project, empty: Project, rounds: number): Result {
  const once = (project: Project): number => {
    const start = performance.now();
    execFileSync(process.execPath, args(project), { cwd: project.folder, stdio: 'ignore' });
    return performance.now() - start;
  };
  // The first run fills tsx' cache of compiled files.
  once(ours);
  once(empty);
  const times = Array.from({ length: rounds }, () => ({ ours: once(ours), empty: once(empty) }));
  const [our, none] = [median(times.map((each) => each.ours)), median(times.map((each) => each.empty))];
  const ratio = Math.round((our / none) * 100) / 100;
  return { startUp: title, ours: Math.round(our), empty: Math.round(none), ratio, ...(bound && { bound }) };
}

function table(results: Result[]): string {
  const lines = results.map(
    ({ bound, empty, ours, ratio, startUp }) =>
      `${startUp.padEnd(24)} ours ${ms(ours)}   empty app ${ms(empty)}   ratio ${ratio.toFixed(2)}${bound ? ` (at most ${bound})` : ''}`,
  );
  return [`${cpus().length} cores, Node ${process.version}`, ...lines].join('\n');
}

const ms = (value: number): string => `${String(value).padStart(5)} ms`;

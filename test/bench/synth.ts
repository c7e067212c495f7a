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
  `Wall time of our synth (every environment of every stack) and of an empty cdk8s app, started in the same way, in turn:
by the cdk8s command line, for which the ratio has a bound, and without it, as npm run synth starts.`,
).option('--rounds <n>', 'runs of each; the median counts', count, 9);

/** What the ratio by the cdk8s command line may be at most. */
const TARGET = 1.5;

const LINKED = ['infra', 'imports', 'service', 'node_modules', 'package.json', 'tsconfig.json'];
const EMPTY_APP = `import { App, Chart } from 'cdk8s';
const app = new App();
new Chart(app, 'empty');
app.synth();
`;

interface StartUp {
  readonly title: string;
  /** Arguments of node that start the app of the project it runs in. */
  readonly args: string[];
  readonly bound?: number;
}

const CLI = 'node_modules/cdk8s-cli/bin/cdk8s';
const START_UPS: StartUp[] = [
  { title: 'npx cdk8s synth', args: [CLI, 'synth', '--check-upgrade=false'], bound: TARGET },
  { title: 'npm run synth (no CLI)', args: ['--import', 'tsx', 'infra/main.ts'] },
];

export async function run(argv: string[]): Promise<void> {
  const { json, rounds } = command.parse(argv, { from: 'user' }).opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  try {
    const [ours, empty] = [project(join(folder, 'ours'), true), project(join(folder, 'empty'), false)];
    const results = START_UPS.map((startUp) => measure(startUp, ours, empty, rounds));
    console.log(json ? JSON.stringify(results) : table(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that looks like the repository, so that a run changes nothing of it; the empty app stands in for main.ts. */
function project(path: string, ours: boolean): string {
  mkdirSync(path);
  for (const name of LINKED.filter((each) => ours || each !== 'infra'))
    symlinkSync(join(process.cwd(), name), join(path, name));
  writeFileSync(
    join(path, 'cdk8s.yaml'),
    'language: typescript\napp: node --import tsx infra/main.ts\noutput: .synth\n',
  );
  if (!ours) {
    mkdirSync(join(path, 'infra'));
    writeFileSync(join(path, 'infra/main.ts'), EMPTY_APP);
  }
  return path;
}

interface Result {
  readonly startUp: string;
  readonly ours: number;
  readonly empty: number;
  readonly ratio: number;
  readonly bound?: number;
}

function measure({ args, bound, title }: StartUp, ours: string, empty: string, rounds: number): Result {
  const once = (cwd: string): number => {
    const start = performance.now();
    execFileSync(process.execPath, args, { cwd, stdio: 'ignore' });
    return performance.now() - start;
  };
  // The first run of each fills tsx' cache of compiled files.
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

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCli } from '../../service/cli/build.ts';
import { PAGE } from './cli/page.ts';
import { median } from './median.ts';
import { benchCommand, count } from './options.ts';

interface Flags {
  readonly rounds: number;
  readonly jobs: number;
  readonly json?: boolean;
}

const command = benchCommand(
  'cli',
  `Wall time of the command line as it is installed, and of the least that could do the same work, in turn: its start beside
an empty program of Node, and a list of all jobs beside a program that fetches the same pages and writes their names.`,
)
  .option('--rounds <n>', 'runs of each; the median counts', count, 15)
  .option('--jobs <n>', 'jobs in the list', count, 10_000);

export async function run(argv: string[]): Promise<void> {
  const { rounds, jobs, json } = command.parse(argv, { from: 'user' }).opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'bench-cli-'));
  // A process of its own: while a program runs, this one waits for its end.
  const service = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'cli/service.ts'), String(jobs)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const [[told]] = await Promise.all([once(service.stdout, 'data'), buildCli(join(folder, 'cli'))]);
    const url = String(told).trim();
    const mlp = join(folder, 'cli', 'mlp.js');
    const bare = join(folder, 'bare.mjs');
    writeFileSync(bare, BARE);
    const env = { PATH: process.env.PATH, HOME: folder, MLP_SERVER: url };
    const timed = (...args: string[]) => {
      const begun = performance.now();
      execFileSync(process.execPath, args, { env, maxBuffer: 2 ** 28 });
      return performance.now() - begun;
    };
    const compare = (title: string, ours: string[], least: string[]) => {
      const times = Array.from({ length: rounds }, () => [timed(...ours), timed(...least)] as const);
      const [mlpMs, leastMs] = [median(times.map(([one]) => one)), median(times.map(([, other]) => other))];
      return { title, mlpMs, leastMs, ratio: mlpMs / leastMs };
    };
    const results = [
      compare('start (version --client)', [mlp, 'version', '--client'], ['-e', '0']),
      compare(`list of ${jobs} jobs`, [mlp, 'list'], [bare]),
    ];
    console.log(json ? JSON.stringify(results) : table(results));
  } finally {
    service.kill();
    rmSync(folder, { recursive: true });
  }
}

const table = (results: readonly { title: string; mlpMs: number; leastMs: number; ratio: number }[]): string =>
  [
    `${''.padEnd(28)} ${'mlp'.padStart(9)} ${'least'.padStart(9)}  ratio`,
    ...results.map(({ title, mlpMs, leastMs, ratio }) => {
      const [ours, least] = [mlpMs, leastMs].map((ms) => `${ms.toFixed(0)} ms`.padStart(9));
      return `${title.padEnd(28)} ${ours} ${least} ${ratio.toFixed(2).padStart(6)}`;
    }),
  ].join('\n');

const BARE = `let next = '/api/v1/jobs?limit=${PAGE}&view=list';
while (next) {
  const answer = await fetch(process.env.MLP_SERVER + next);
  process.stdout.write((await answer.json()).map(({ id }) => id + '\\n').join(''));
  next = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
}`;

import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../data/root.ts';
import type { HelmChart } from '../helm/chart.ts';
import type { Derived } from '../helm/derive.ts';

/** What a process that derives says: that it is there, the charts of one of the stacks, or why it has none. */
export type Told =
  | 'ready'
  | {
      readonly place: number;
      readonly stack: string;
      readonly charts: readonly HelmChart[];
      readonly told: Derived['told'];
    }
  | { readonly wrong: string };

type ChartsOfStack = Extract<Told, { place: number }>;

/** More would load the program more often than they have stacks to derive from. */
const MOST_PROCESSES = 4;

/** Each build of a program is garbage soon: with four times the usual room, collecting it takes a tenth of all CPU less. */
const ROOM_FOR_YOUNG = '--max-semi-space-size=64';

const RUN = join(root, 'infra/run.cjs');
const DERIVER = join(root, 'infra/charts/derive-stacks.ts');

/**
 * The charts of all stacks, in their order; as many stacks at a time as there are processors. Processes of their own, for
 * in a worker thread of Node 20 nothing reads TypeScript. Each chart is tried on some random settings, or on so many.
 */
export async function allCharts(tries?: number): Promise<ChartsOfStack[]> {
  const count = Math.min(availableParallelism(), MOST_PROCESSES);
  const derivers = Array.from({ length: count }, () =>
    fork(RUN, tries === undefined ? [DERIVER] : [DERIVER, String(tries)], {
      serialization: 'advanced',
      execArgv: [ROOM_FOR_YOUNG],
    }),
  );
  let given = 0;
  try {
    const found = await Promise.all(derivers.map((deriver) => chartsOfSome(deriver, () => given++)));
    return found.flat().sort((a, b) => a.place - b.place);
  } finally {
    for (const deriver of derivers) deriver.kill();
  }
}

/** Those of the stacks that one process derives: the next one each time that it asks, until there are none. */
function chartsOfSome(deriver: ChildProcess, next: () => number): Promise<ChartsOfStack[]> {
  const found: ChartsOfStack[] = [];
  return new Promise((resolve, reject) => {
    deriver.on('message', (told: Told) => {
      if (told !== 'ready' && 'wrong' in told) return reject(new Error(told.wrong));
      if (told !== 'ready') found.push(told);
      deriver.send(next());
    });
    deriver.on('error', reject);
    deriver.on('exit', (code, signal) =>
      code === 0 ? resolve(found) : reject(new Error(`deriving ended with ${signal ?? code}`)),
    );
  });
}

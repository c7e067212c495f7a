import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../../service/local/postgres/start-postgres.ts';
import type { TickReport } from '../../../service/monitor/tick.ts';
import type { Floor } from './floor.ts';

/** [job, step, when the member's status was written]. */
export type Change = [number, number, number];

export interface Members {
  readonly url: string;
  /** From now on requests take as long as a real proxy takes for them, or only as long as this machine does. */
  proxy(isReal: boolean): void;
  /** From now on so many changes a second. */
  changes(perSecond: number): void;
  /** All changes since the last call. */
  log(): Promise<Change[]>;
  end(): void;
}

export interface Window {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRss: number;
  readonly heapUsed: number;
  readonly ticks: TickReport[];
  readonly counts: Readonly<
    Record<
      'version' | 'table' | 'list' | 'get' | 'watch' | 'failed' | 'bytes' | 'statements' | 'leaseStatements',
      number
    >
  >;
  readonly stored: [string, number, number][];
}

export interface Subject {
  start(mode: 'poll' | 'watch'): Promise<void>;
  stop(): Promise<void>;
  reset(): Promise<void>;
  window(): Promise<Window>;
  floor(rounds: number): Promise<Floor>;
  oneByOne(sample: number): Promise<{ ms: number }>;
  end(): Promise<void>;
}

const start = (file: string, args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });

export async function startMembers(jobs: number, clusters: number): Promise<Members> {
  const child = start('members.ts', [String(jobs), String(clusters)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    proxy: (isRealProxy) => void child.send({ isRealProxy }),
    changes: (perSecond) => void child.send({ changes: perSecond }),
    async log() {
      child.send({ log: true });
      const [{ log }] = (await once(child, 'message')) as [{ log: Change[] }];
      return log;
    },
    end: () => child.disconnect(),
  };
}

export async function startSubject(databaseUrl: string, karmadaUrl: string, clusters: number): Promise<Subject> {
  const child = start('subject.ts', [databaseUrl, karmadaUrl, String(clusters)]);
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>();
  await once(child, 'message');
  child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) caller?.resolve(result);
    else caller?.reject(new Error(error));
  });
  let last = 0;
  const ask = <T>(command: string, argument: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, command, argument });
    });
  return {
    start: (mode) => ask('start', { mode }),
    stop: () => ask('stop'),
    reset: () => ask('reset'),
    window: () => ask('window'),
    floor: (rounds) => ask('floor', { rounds }),
    oneByOne: (sample) => ask('oneByOne', { sample }),
    async end() {
      await ask('end');
      child.disconnect();
    },
  };
}

/** With PostgreSQL's own defaults: commits wait for the disk. */
export async function startDatabase(): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-bench-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const postgres = await startPostgres({ directory: join(directory, 'postgres'), log: () => {} });
  return {
    ...postgres,
    async stop() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

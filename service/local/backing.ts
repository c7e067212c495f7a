import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { StartError } from '../start-error.ts';
import { startSimulatedKarmada } from './karmada/simulated-karmada.ts';
import { startPostgres } from './postgres/start-postgres.ts';

const DATA = resolve('.data');

/** What the service needs to run, on this machine: its address of a database, and a kubeconfig of a Karmada. */
export interface Backing {
  readonly databaseUrl: string;
  readonly karmadaKubeconfig: string;
  /** Where the database keeps its data. */
  readonly dataDirectory: string;
  stop(): Promise<void>;
}

/** A PostgreSQL and a simulated Karmada, whose data stay in .data. */
export async function startBacking(log: Logger): Promise<Backing> {
  await requireWritable(DATA);
  const postgres = await startPostgres({ directory: join(DATA, 'postgres'), log: (line) => log.info(line) });
  const karmada = await startSimulatedKarmada({ stateFile: join(DATA, 'karmada.json') });
  const karmadaKubeconfig = join(DATA, 'karmada.kubeconfig');
  await karmada.writeKubeconfig(karmadaKubeconfig);
  return {
    databaseUrl: postgres.url,
    karmadaKubeconfig,
    dataDirectory: postgres.home,
    async stop() {
      await karmada.close();
      await postgres.stop();
    },
  };
}

/** Told before anything is started, and in words: the database would fail in the middle of its first steps. */
export async function requireWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `Data is kept in ${directory}, which cannot be made or written (${code}). Start from a folder of your own, or with a PostgreSQL and a Karmada of your own (--help)`,
    );
  }
}

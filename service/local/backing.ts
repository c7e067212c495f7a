import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
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
  await mkdir(DATA, { recursive: true });
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

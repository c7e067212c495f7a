import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config, ProgressConfig, WorkdirConfig } from '../config.ts';
import { RANGES } from '../contract.ts';
import type { StorageAccess } from '../objects/object-storage.ts';
import { StartError } from '../start-error.ts';
import { rememberedPort } from './free-port.ts';
import { startSimulatedKarmada } from './karmada/simulated-karmada.ts';
import { startObjectStorage } from './object-storage.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { startPrometheus } from './prometheus.ts';
import { type RealTrainings, startRealTrainings } from './real-trainings.ts';
import type { TrainersChoice } from './trainers-choice.ts';
import { type MemberOperator, startTrainingOperators } from './training-operators.ts';

const DATA = resolve('.data');
/** member1 has none, as a cluster may. */
const WITH_PROMETHEUS = ['member2', 'member3'];
const MAX_OBJECTS_BYTES = 2 ** 30;
/** No simulated job starts in one. */
const WORKDIRS = {
  at: { bucket: 'local', key: 'workdirs' },
  maxBytes: RANGES.workdirMaxBytes.default,
  image: 'ml-platform-backend',
};

/** What the service needs to run, on this machine: its address of a database, and a kubeconfig of a Karmada. */
export interface Backing {
  readonly databaseUrl: string;
  readonly karmadaKubeconfig: string;
  /** Where the database keeps its data. */
  readonly dataDirectory: string;
  /** Member clusters, by their API servers, each with its operator of TrainingJobs. */
  readonly members: readonly MemberOperator[];
  /** Where the jobs of the clusters report how far they are. */
  readonly progress: ProgressConfig;
  /** Where folders go that are sent along with jobs. */
  readonly objectStorage: StorageAccess;
  readonly workdirs: WorkdirConfig;
  /** Where the volumes of the jobs are; null: they are simulated, and empty. */
  readonly volumes: string | null;
  /** What the clusters run, in a word and for people. */
  readonly localTrainings: NonNullable<Config['localTrainings']>;
  readonly trainings: string;
  stop(): Promise<void>;
}

/** A PostgreSQL and a simulated Karmada, whose data stay in .data. The API servers of its members listen near `port`. */
export async function startBacking(log: Logger, port: number, trainers: TrainersChoice | undefined): Promise<Backing> {
  await requireWritable(DATA);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const postgres = await startPostgres({ directory: join(DATA, 'postgres'), log: (line) => log.info(line) });
    stops.push(() => postgres.stop());
    const real = trainers && (await realTrainings(log, trainers));
    if (real) stops.push(() => real.stop());
    const karmada = await startSimulatedKarmada({
      stateFile: join(DATA, 'karmada.json'),
      ...(real && { programs: real.over }),
    });
    stops.push(() => karmada.close());
    // What real programs use is not made up.
    for (const name of real ? [] : WITH_PROMETHEUS) {
      const prometheus = await startPrometheus(karmada.member(name));
      stops.push(() => prometheus.stop());
    }
    const objects = await startObjectStorage({ folder: join(DATA, 'objects'), maxBytes: MAX_OBJECTS_BYTES });
    stops.push(() => objects.close());
    const karmadaKubeconfig = join(DATA, 'karmada.kubeconfig');
    await karmada.writeKubeconfig(karmadaKubeconfig);
    const firstPort = port === 0 ? 0 : port + 1;
    const members = await startTrainingOperators(karmada.members.values(), { folder: DATA, firstPort, log });
    stops.push(...members.map((member) => () => member.stop()));
    return {
      databaseUrl: postgres.url,
      karmadaKubeconfig,
      dataDirectory: postgres.home,
      members,
      progress: await reportingTo(DATA),
      objectStorage: objects,
      workdirs: WORKDIRS,
      volumes: real?.volumes ?? null,
      localTrainings: real ? 'real' : 'simulated',
      trainings: real?.told ?? SIMULATED,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** With the key and the port of the last start: jobs that go on have their tokens from the one, and report to the other. */
async function reportingTo(folder: string): Promise<ProgressConfig> {
  const file = join(folder, 'progress-key');
  const key = await readFile(file, 'utf8').catch(async () => {
    const fresh = randomBytes(32).toString('base64url');
    await writeFile(file, fresh, { mode: 0o600 });
    return fresh;
  });
  const port = await rememberedPort(join(folder, 'progress-port'));
  return { url: `http://127.0.0.1:${port}/progress`, port, key, authority: null };
}

const SIMULATED =
  'Jobs are simulated: nothing is trained. npm start -- --trainers trains for real, with Python 3.11 or newer.';

/** Where they cannot be had the start goes on, with the simulation and a word. */
async function realTrainings(log: Logger, trainers: TrainersChoice): Promise<RealTrainings | undefined> {
  const found = await startRealTrainings(join(DATA, 'trainers'), trainers, (line) => log.info(line));
  if (typeof found !== 'string') return found;
  log.warn(`Jobs are simulated, --trainers cannot be had: ${found}`);
  return undefined;
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

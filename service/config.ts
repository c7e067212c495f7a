import { readFileSync } from 'node:fs';
import type { AuthConfig } from './auth/authenticator.ts';
import { authMistakes, authOf } from './config/auth.ts';
import { metricsMistakes } from './config/metrics.ts';
import { objectStorageMistakes, objectStorageOf, type WorkdirConfig, workdirsOf } from './config/object-storage.ts';
import { type ProgressConfig, progressMistakes, progressOf } from './config/progress.ts';
import { describeSettings, SETTINGS, type SettingValues } from './config/settings.ts';
import { type Environment, given, readSettings } from './config/sources.ts';
import { utilisationOf } from './config/utilisation.ts';
import { webhookMistakes, webhookOf } from './config/webhook.ts';
import type { TrainerImages } from './contract/trainers.ts';
import { ENV } from './contract.ts';
import type { StorageAccess } from './objects/object-storage.ts';
import type { DatabaseAddress } from './store/connection.ts';

export type { WorkdirConfig } from './config/object-storage.ts';
export type { ProgressConfig } from './config/progress.ts';

/** What the whole service is told, once, at its start. */
export interface Config {
  readonly database: DatabaseAddress;
  readonly databasePoolSize: number;
  readonly karmadaKubeconfig: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly auth: AuthConfig;
  /** False when nobody said who may call, which is safe for callers on this machine only. */
  readonly saysWhoMayCall: boolean;
  /** port null: the API's own; tokenFile null: nobody is asked. */
  readonly metrics: { readonly port: number | null; readonly tokenFile: string | null };
  readonly corsOrigins: readonly string[];
  readonly rateLimitPerMinute: number;
  readonly trustProxy: number | readonly string[];
  readonly monitor: {
    readonly intervalMs: number;
    readonly mode: 'poll' | 'watch';
    readonly lostGraceMs: number;
    readonly startGraceMs: number;
    readonly checkIntervalMs: number;
  };
  readonly logKeepBytes: number;
  /** 0: no cluster ever is. */
  readonly clusterLostAfterMs: number;
  readonly stalledAfterSteps: number;
  readonly placementGraceMs: number;
  readonly finishedRetentionMs: number;
  readonly volumeRetentionMs: number;
  readonly removeNamespaces: boolean;
  /** 0: for ever, or all. */
  readonly retention: { readonly jobMs: number; readonly jobsPerNamespace: number; readonly logMs: number };
  readonly credentialsSecret: string;
  readonly rayImage: string;
  readonly trainerImages: TrainerImages;
  readonly storageClass: string | null;
  /** null: nobody is told. */
  readonly webhook: { readonly url: string; readonly secretFile: string } | null;
  /** Where trainings report; null: nowhere. */
  readonly progress: ProgressConfig | null;
  /** null: there is none. */
  readonly objectStorage: StorageAccess | null;
  /** null: no folders are taken. */
  readonly workdirs: WorkdirConfig | null;
  /** A folder of this machine with one for the volume of each job, as `npm start -- --trainers` has it; null: they are in clusters. */
  readonly volumes: string | null;
  /** null: no Prometheus is asked. */
  readonly utilisation: ReturnType<typeof utilisationOf>;
  readonly jobLinks: readonly { readonly label: string; readonly url: string }[];
  /** Of `npm start` alone, whose clusters are simulated: whether jobs train in them all the same. */
  readonly localTrainings?: 'simulated' | 'real';
}

/** The local mode brings these two itself. */
export type LocalConfig = Omit<Config, 'database' | 'karmadaKubeconfig'>;

export type Loaded<C> =
  | { readonly outcome: 'config'; readonly config: C }
  /** --help or --version: the text to print before leaving with 0. */
  | { readonly outcome: 'information'; readonly text: string }
  | { readonly outcome: 'mistakes'; readonly mistakes: readonly string[] };

/** The three settings that a production service cannot do without; the local mode brings its own. */
const CONNECTIONS = ['database', 'karmadaKubeconfig', 'mgmtKubeconfig'] as const;

/** Given any of them, `npm start` is the production service. */
export function isProduction(args: readonly string[], environment: Environment): boolean {
  return CONNECTIONS.some((name) => given(SETTINGS[name], args, environment) !== undefined);
}

/** Arguments win over the environment, the environment over the defaults. Every mistake is told, not only the first. */
export const loadConfig = (args: readonly string[], environment: Environment): Promise<Loaded<Config>> =>
  load(args, environment, missingConnections(args, environment), ({ database, karmadaKubeconfig, ...values }) => {
    if (!database || !karmadaKubeconfig) throw new Error('Settings are incomplete although nothing is missing');
    return { ...toLocalConfig(values, environment), database, karmadaKubeconfig };
  });

export const loadLocalConfig = (args: readonly string[], environment: Environment): Promise<Loaded<LocalConfig>> =>
  load(args, environment, [], (values) => toLocalConfig(values, environment));

async function load<C>(
  args: readonly string[],
  environment: Environment,
  missing: readonly string[],
  toConfig: (values: SettingValues) => C,
): Promise<Loaded<C>> {
  if (args.includes('--help')) return { outcome: 'information', text: help() };
  if (args.includes('--version')) return { outcome: 'information', text: version() };
  const { values, mistakes } = await readSettings(args, environment);
  const all = [
    ...mistakes,
    ...missing,
    ...authMistakes(values, environment),
    ...(await metricsMistakes(values)),
    ...(await webhookMistakes(values)),
    ...progressMistakes(values),
    ...objectStorageMistakes(values),
  ];
  return all.length > 0
    ? { outcome: 'mistakes', mistakes: all }
    : { outcome: 'config', config: Object.freeze(toConfig(values)) };
}

function missingConnections(args: readonly string[], environment: Environment): string[] {
  return CONNECTIONS.filter((name) => given(SETTINGS[name], args, environment) === undefined).map((name) => {
    const { variable, flag, help } = SETTINGS[name];
    return `${variable} (or ${flag}=) is not set: ${help}`;
  });
}

/** Of settings without a mistake: what has a default is there. */
function toLocalConfig(values: SettingValues, environment: Environment): LocalConfig {
  const v = values as Required<SettingValues>;
  const auth = authOf(values, environment);
  return {
    databasePoolSize: v.databasePoolSize,
    host: values.host ?? (auth ? '0.0.0.0' : '127.0.0.1'),
    port: v.port,
    logLevel: v.logLevel,
    auth: auth ?? { kind: 'none' },
    saysWhoMayCall: auth !== undefined,
    metrics: { port: values.metricsPort ?? null, tokenFile: values.metricsTokenFile ?? null },
    corsOrigins: v.corsOrigins,
    rateLimitPerMinute: v.rateLimitPerMinute,
    trustProxy: v.trustProxy,
    monitor: {
      intervalMs: v.monitorInterval,
      mode: v.monitorMode,
      lostGraceMs: v.monitorLostGrace,
      startGraceMs: v.monitorStartGrace,
      checkIntervalMs: v.monitorCheckInterval,
    },
    logKeepBytes: v.logKeepBytes,
    clusterLostAfterMs: v.clusterLostAfter,
    stalledAfterSteps: v.stalledAfterSteps,
    placementGraceMs: v.placementGrace,
    finishedRetentionMs: v.finishedRetention,
    volumeRetentionMs: v.volumeRetention,
    removeNamespaces: v.removeNamespaces === 'true',
    retention: { jobMs: v.jobRetention, jobsPerNamespace: v.jobsPerNamespace, logMs: v.logRetention },
    credentialsSecret: v.credentialsSecret,
    rayImage: v.rayImage,
    trainerImages: {
      cpu: values.trainerImageCpu,
      tensorflow: values.trainerImageTensorflow,
      gpu: values.trainerImageGpu,
    },
    storageClass: values.storageClass ?? null,
    webhook: webhookOf(values),
    progress: progressOf(values),
    objectStorage: objectStorageOf(values),
    workdirs: workdirsOf(values),
    volumes: null,
    utilisation: utilisationOf(values),
    jobLinks: values.jobLinks ?? [],
  };
}

const help = (): string =>
  `The job API: takes training jobs, runs them on member clusters through Karmada, and follows each one to its end.

Without ${ENV.databaseUrl}, ${ENV.karmadaKubeconfig} and ${ENV.mgmtKubeconfig}, "npm start" brings a database and simulated clusters of its own, and takes
  --trainers                       jobs of the built-in algorithms train for real, with Python 3.11 or newer; what an engine
                                   needs is fetched with the first job of it
  --trainers=torch-mpi,jax-pjit    the same, and what these need is fetched at once (all: what any of them needs)
  --trainers=/path/to/python       the same, with the packages that this Python has
Given one of these variables it is the production service, and all three are required.

Settings (default in brackets); an argument wins over a variable:
${describeSettings()}
  --help, --version`;

/** For --version and the OpenAPI document. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

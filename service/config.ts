import { readFileSync } from 'node:fs';
import { type AuthConfig, chooseAuth } from './config/auth.ts';
import { describeSettings, SETTINGS, type SettingValues } from './config/settings.ts';
import { type Environment, given, readSettings } from './config/sources.ts';
import { isLoopback } from './config/values.ts';
import { ENV } from './contract.ts';
import type { Connection } from './store/connection.ts';

export type { AuthConfig } from './config/auth.ts';

/** What the whole service is told, once, at its start. */
export interface Config {
  /** null in the local mode, until it has started its own */
  readonly database: Connection | null;
  readonly databasePoolSize: number;
  readonly karmadaKubeconfig: string | null;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly auth: AuthConfig;
  readonly corsOrigins: readonly string[];
  readonly rateLimitPerMinute: number;
  readonly trustProxy: number | readonly string[];
  readonly monitor: {
    readonly intervalMs: number;
    readonly mode: 'poll' | 'watch';
    readonly lostGraceMs: number;
    readonly checkIntervalMs: number;
  };
  readonly logKeepBytes: number;
  readonly finishedRetentionMs: number;
  readonly credentialsSecret: string;
  readonly rayImage: string;
  readonly storageClass: string | null;
}

export type Loaded =
  | { readonly outcome: 'config'; readonly config: Config }
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
export async function loadConfig(
  args: readonly string[],
  environment: Environment,
  connections: 'required' | 'local',
): Promise<Loaded> {
  if (args.includes('--help')) return { outcome: 'information', text: help() };
  if (args.includes('--version')) return { outcome: 'information', text: version() };
  const { values, mistakes } = await readSettings(args, environment);
  if (connections === 'required') mistakes.push(...missingConnections(args, environment));
  const auth = chooseAuth(values, environment, mistakes);
  if (auth === 'undecided' && values.host !== undefined && !isLoopback(values.host)) {
    mistakes.push(
      `${ENV.host}=${values.host} can be reached by others, and no authentication is set: ` +
        `give ${ENV.authTokensFile} or ${ENV.oidcIssuer}, or say ${ENV.auth}=none to let everyone in, or listen on 127.0.0.1`,
    );
  }
  if (mistakes.length > 0) return { outcome: 'mistakes', mistakes };
  return { outcome: 'config', config: toConfig(values, auth) };
}

function missingConnections(args: readonly string[], environment: Environment): string[] {
  return CONNECTIONS.filter((name) => given(SETTINGS[name], args, environment) === undefined).map((name) => {
    const { variable, flag, help } = SETTINGS[name];
    return `${variable} (or ${flag}=) is not set: ${help}`;
  });
}

function toConfig(values: SettingValues, auth: AuthConfig | 'undecided'): Config {
  const v = values as Required<SettingValues>;
  return Object.freeze<Config>({
    database: values.database ?? null,
    databasePoolSize: v.databasePoolSize,
    karmadaKubeconfig: values.karmadaKubeconfig ?? null,
    host: values.host ?? (auth === 'undecided' ? '127.0.0.1' : '0.0.0.0'),
    port: v.port,
    logLevel: v.logLevel,
    auth: auth === 'undecided' ? { kind: 'none' } : auth,
    corsOrigins: v.corsOrigins,
    rateLimitPerMinute: v.rateLimitPerMinute,
    trustProxy: v.trustProxy,
    monitor: {
      intervalMs: v.monitorInterval,
      mode: v.monitorMode,
      lostGraceMs: v.monitorLostGrace,
      checkIntervalMs: v.monitorCheckInterval,
    },
    logKeepBytes: v.logKeepBytes,
    finishedRetentionMs: v.finishedRetention,
    credentialsSecret: v.credentialsSecret,
    rayImage: v.rayImage,
    storageClass: values.storageClass ?? null,
  });
}

const help = (): string =>
  `The job API: takes training jobs, runs them on member clusters through Karmada, and follows each one to its end.

Without ${ENV.databaseUrl}, ${ENV.karmadaKubeconfig} and ${ENV.mgmtKubeconfig}, "npm start" brings a database and simulated clusters of its own.
Given any of them it is the production service, and all three are required.

Settings (default in brackets); an argument wins over a variable:
${describeSettings()}
  --help, --version`;

/** For --version and the OpenAPI document. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Config, loadLocalConfig } from '../../../service/config.ts';
import {
  type SimulatedKarmada,
  type SimulationOptions,
  startSimulatedKarmada,
} from '../../../service/local/karmada/simulated-karmada.ts';
import { startService } from '../../../service/main.ts';
import { parseConnection } from '../../../service/store/connection.ts';
import { eventually } from '../../patience.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';

/** The whole service on a database of its own and a simulated Karmada, reached over HTTP. */
export interface World {
  readonly url: string;
  /** Where the metrics are, when they have a port of their own. */
  readonly metricsUrl: string | null;
  readonly database: TestDatabase;
  readonly karmada: SimulatedKarmada;
  /** Everything the service has logged, as lines of JSON. */
  readonly logged: string[];
  call(path: string, options?: CallOptions): Promise<Answer>;
  /** One more replica, as after a restart. */
  another(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly method?: string;
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by looking at it
  readonly body: any;
  readonly text: string;
}

export interface WorldOptions {
  /** As in the environment. */
  readonly environment?: Record<string, string>;
  readonly speed?: number;
  readonly simulation?: SimulationOptions;
  /** Another way to the database than the direct one. */
  readonly databaseUrl?: (database: TestDatabase) => string;
}

export async function startWorld({
  environment = {},
  speed = 0,
  databaseUrl,
  simulation = {},
}: WorldOptions = {}): Promise<World> {
  const database = await freshDatabase();
  const karmada = await startSimulatedKarmada({ speed, propagationDelayMs: 1, ...simulation });
  const directory = await mkdtemp(join(tmpdir(), 'mlp-api-'));
  const karmadaKubeconfig = join(directory, 'karmada.kubeconfig');
  await karmada.writeKubeconfig(karmadaKubeconfig);
  const loaded = await loadLocalConfig([], {
    RATE_LIMIT_PER_MINUTE: '0',
    MONITOR_INTERVAL: '100ms',
    PORT: '0',
    ...environment,
  });
  if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
  const config: Config = {
    ...loaded.config,
    database: parseConnection(databaseUrl?.(database) ?? database.url),
    karmadaKubeconfig,
  };
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => logged.push(line) });
  const service = await startService(config, log);
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    metricsUrl: service.metricsPort === null ? null : `http://127.0.0.1:${service.metricsPort}`,
    database,
    karmada,
    logged,
    call: (path, options) => call(`${url}${path}`, options),
    async another() {
      const { port, stop } = await startService(config, log);
      return { url: `http://127.0.0.1:${port}`, stop };
    },
    async close() {
      await service.stop();
      await karmada.close();
      await database.drop();
      await rm(directory, { recursive: true });
    },
  };
}

export async function call(
  url: string,
  { method, body, headers = {}, token, signal }: CallOptions = {},
): Promise<Answer> {
  const given = body !== undefined;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method: method ?? (given ? 'POST' : 'GET'),
    headers: {
      ...(given && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(given && { body: raw ? (body as string) : JSON.stringify(body) }),
    ...(signal && { signal }),
    redirect: 'manual',
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json && text ? JSON.parse(text) : undefined,
  };
}

/** The least that is a job. */
export const smallJob = (fields: Record<string, unknown> = {}) => ({
  jobName: 'small',
  algorithm: { algorithmName: 'xgboost' },
  ...fields,
});

export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  return (await eventually(look, Boolean, { what })) as T;
}

/** A file that is removed with the folder that it is alone in. */
export async function temporaryFile(content: string): Promise<{ path: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'mlp-file-'));
  const path = join(directory, 'file.yaml');
  await writeFile(path, content);
  return { path, remove: () => rm(directory, { recursive: true }) };
}

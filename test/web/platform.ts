import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Config, loadLocalConfig } from '../../service/config.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../service/local/karmada/simulated-karmada.ts';
import { type Service, startService } from '../../service/main.ts';
import type { DatabaseAddress } from '../../service/store/connection.ts';
import { ensureBuilt } from '../../service/web/build.ts';

/** The real service with its page, on a database and simulated clusters; it can be stopped and started again at the same address. */
export interface Platform {
  readonly url: string;
  readonly karmada: SimulatedKarmada;
  /** Another one beside it, on the same clusters and, if no other is named, the same database, with other settings (who may use it, say). */
  beside(
    environment: Record<string, string>,
    database?: DatabaseAddress,
  ): Promise<{ url: string; stop(): Promise<void> }>;
  submit(request: Record<string, unknown>): Promise<{ id: string }>;
  cancel(ids: readonly string[]): Promise<void>;
  stop(): Promise<void>;
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** A training of half a minute takes one or two seconds, its start much less. */
const SPEED = 20;

export const startPlatform = async (
  connection: DatabaseAddress,
  { speed = SPEED, settings = {} }: { speed?: number; settings?: Record<string, string> } = {},
): Promise<Platform> => {
  await ensureBuilt((line) => console.log(line));
  const karmada = await startSimulatedKarmada({ speed, propagationDelayMs: 5, notReadyAfterMs: 500 });
  const directory = await mkdtemp(join(tmpdir(), 'ml-platform-page-'));
  const karmadaKubeconfig = join(directory, 'karmada.kubeconfig');
  await karmada.writeKubeconfig(karmadaKubeconfig);
  const log = pino({ level: 'silent' });

  const configOf = async (environment: Record<string, string>): Promise<Config> => {
    const loaded = await loadLocalConfig([], {
      PORT: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      MONITOR_INTERVAL: '250ms',
      // What needs attention, the scenarios say themselves.
      STALLED_AFTER_STEPS: '0',
      ...environment,
    });
    if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
    return { ...loaded.config, database: connection, karmadaKubeconfig };
  };

  const config = await configOf(settings);
  let service: Service | undefined = await startService(config, log);
  const { port } = service;
  const url = `http://127.0.0.1:${port}`;
  const others = new Set<Service>();

  const stop = async (): Promise<void> => {
    await service?.stop();
    service = undefined;
  };
  const post = async (path: string, body: unknown, expected: number): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== expected) throw new Error(`${response.status} ${await response.text()}`);
    return await response.json();
  };
  return {
    url,
    karmada,
    async beside(environment, database = connection) {
      const other = await startService({ ...(await configOf(environment)), database }, log);
      others.add(other);
      return {
        url: `http://127.0.0.1:${other.port}`,
        async stop() {
          others.delete(other);
          await other.stop();
        },
      };
    },
    submit: async (request) => (await post('jobs', request, 201)) as { id: string },
    async cancel(ids) {
      if (ids.length > 0) await post('actions', { action: 'cancel', ids }, 200);
    },
    stop,
    async startAgain() {
      service = await startService({ ...config, port }, log);
    },
    async close() {
      await Promise.all([...others].map((other) => other.stop()));
      await stop();
      await karmada.close();
      await rm(directory, { recursive: true });
    },
  };
};

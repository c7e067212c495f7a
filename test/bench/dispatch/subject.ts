import { pino } from 'pino';
import { createDispatcher, type Dispatcher } from '../../../service/dispatch/dispatcher.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import { parseConnection } from '../../../service/store/connection.ts';
import { createStore } from '../../../service/store/create-store.ts';
import { placeAll } from './floor.ts';
import { MANIFESTS, newJob, specOf } from './jobs.ts';

// The dispatcher alone in a process, or the least that could do the same: `node subject.ts <database> <karmada>`.

const [databaseUrl = '', karmadaUrl = ''] = process.argv.slice(2);
let requests: Record<string, number> = {};
const kubeconfig = {
  source: 'bench',
  server: karmadaUrl,
  settings: async () => ({ server: new URL(karmadaUrl), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => undefined,
};
const karmada = createKarmada(kubeconfig, {
  onRequest({ cluster, verb }) {
    const what = cluster === null ? verb : `${verb} in a member`;
    requests[what] = (requests[what] ?? 0) + 1;
  },
});
const log = pino({ level: 'warn' }, process.stderr);
const store = createStore({ connection: parseConnection(databaseUrl), poolSize: 10, log });
let dispatcher: Dispatcher | undefined;

interface Commands {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Requests since the last call, by what they were. */
  requests(): Promise<Record<string, number>>;
  floor(settings: { jobs: number; atOnce: number }): Promise<unknown>;
}

const COMMANDS: Commands = {
  async start() {
    dispatcher = createDispatcher({
      store,
      karmada,
      log,
      manifests: MANIFESTS,
      keepLogs: async () => undefined,
      finishedRetentionSeconds: 3_600,
      volumeRetentionSeconds: 3_600,
      removeNamespaces: false,
      placementGraceSeconds: 300,
      unreachable: async () => new Set(),
    });
    dispatcher.start();
  },
  async stop() {
    await dispatcher?.stop();
  },
  async requests() {
    const taken = requests;
    requests = {};
    return taken;
  },
  async floor({ atOnce, jobs }) {
    const clusters = (await karmada.clusters()).map(({ name }) => name);
    return placeAll(
      karmada,
      Array.from({ length: jobs }, () => specOf(newJob())),
      clusters,
      atOnce,
    );
  },
};

process.on('message', ({ command, argument, id }: { command: keyof Commands; argument: never; id: number }) => {
  COMMANDS[command](argument).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.stack }),
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

// A dispatcher in a process of its own, to be killed. Arguments: the database's URL, Karmada's, and what is told otherwise, as JSON.
import { pino } from 'pino';
import { createDispatcher } from '../../service/dispatch/dispatcher.ts';
import { createKarmada } from '../../service/karmada/client.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { kubeconfigOf, MANIFESTS } from '../service/dispatch/settings.ts';

const [databaseUrl = '', karmadaUrl = '', told = '{}'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
createDispatcher({
  store: createStore({ connection: parseConnection(databaseUrl), poolSize: 4, log }),
  karmada: createKarmada(kubeconfigOf(karmadaUrl)),
  log,
  manifests: MANIFESTS,
  keepLogs: async () => undefined,
  finishedRetentionSeconds: 3_600,
  volumeRetentionSeconds: 7 * 86_400,
  removeNamespaces: true,
  placementGraceSeconds: 300,
  unreachable: async () => new Set(),
  // Requests are held until the process is killed, so nothing may time out before.
  concurrency: 50,
  claimSeconds: 120,
  requestTimeoutMs: 120_000,
  ...JSON.parse(told),
}).start();

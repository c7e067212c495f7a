// A dispatcher in a process of its own, to be killed: argv are the database's URL, Karmada's URL and the claim's seconds.
import { pino } from 'pino';
import { createDispatcher } from '../../service/dispatch/dispatcher.ts';
import { createKarmada } from '../../service/karmada/client.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/createStore.ts';
import { kubeconfigOf, MANIFESTS } from '../service/dispatch/world.ts';

const [databaseUrl = '', karmadaUrl = '', claimSeconds = '1'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const store = createStore({ connection: parseConnection(databaseUrl), poolSize: 4, log });
const karmada = createKarmada(kubeconfigOf(karmadaUrl));
createDispatcher({
  store,
  karmada,
  log,
  manifests: MANIFESTS,
  keepLogs: async () => undefined,
  finishedRetentionSeconds: 3600,
  claimSeconds: Number(claimSeconds),
}).start();

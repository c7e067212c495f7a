import { pino } from 'pino';
import { createKarmada } from '../../service/karmada/client.ts';
import { createMonitor } from '../../service/monitor/monitor.ts';
import { parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';

// One replica of the monitor in a process of its own, to be killed and paused: `monitor-replica.ts <database> <karmada> <mode>`.

const [databaseUrl = '', karmadaUrl = '', mode = 'poll'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const store = createStore({ connection: parseConnection(databaseUrl), poolSize: 4, log });
const karmada = createKarmada({
  source: 'test',
  server: karmadaUrl,
  settings: async () => ({ server: new URL(karmadaUrl), proxyUrl: undefined, tls: {}, headers: {} }),
  distrust: () => {},
});
const monitor = createMonitor({
  config: {
    intervalMs: 200,
    mode: mode === 'watch' ? 'watch' : 'poll',
    lostGraceMs: 60_000,
    startGraceMs: 600_000,
    checkIntervalMs: 60_000,
  },
  store,
  karmada,
  log,
});

async function end(): Promise<void> {
  await monitor.stop();
  await karmada.close();
  await store.close();
  process.disconnect?.();
}
process.on('SIGTERM', () => void end());
// Nobody is left to end us.
process.on('disconnect', () => process.exit());

await monitor.start();
process.send?.('started');

import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { loadLocalConfig } from '../../../service/config.ts';
import { startService } from '../../../service/main.ts';
import { parseConnection } from '../../../service/store/connection.ts';

// The real service, whole, of whose jobs nothing stays in the clusters after their end: `node --expose-gc service.ts <database> <kubeconfig>`.
// Asked by a message, it tells what it holds when the garbage has been collected.

const [databaseUrl = '', karmadaKubeconfig = ''] = process.argv.slice(2);
const loaded = await loadLocalConfig([], {
  PORT: '0',
  RATE_LIMIT_PER_MINUTE: '0',
  FINISHED_RETENTION: '0s',
  VOLUME_RETENTION: '0s',
  LOG_LEVEL: 'silent',
});
if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
const config = { ...loaded.config, database: parseConnection(databaseUrl), karmadaKubeconfig };
const service = await startService(config, pino({ level: 'silent' }));

process.on('message', async () => {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ heapUsed, rss });
});
process.once('disconnect', () => void service.stop().then(() => process.exit(0)));
process.send?.(service.port);

import { openSync, readSync } from 'node:fs';
import { pino } from 'pino';
import { loadLocalConfig } from '../../../service/config.ts';
import { startService } from '../../../service/main.ts';
import { parseConnection } from '../../../service/store/connection.ts';

// The real service, whole: API, dispatcher, monitor, events.

const { DATABASE: databaseUrl = '', KUBECONFIG: karmadaKubeconfig = '' } = process.env;
const more = JSON.parse(process.env.SETTINGS ?? '{}') as Record<string, string>;
const loaded = await loadLocalConfig([], { PORT: '0', RATE_LIMIT_PER_MINUTE: '10000000', ...more });
if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
const config = { ...loaded.config, database: parseConnection(databaseUrl), karmadaKubeconfig };
const log = pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const service = await startService(config, log);
process.send?.(service.port);

// "held?": for how long the event loop was held at a stretch, in milliseconds, since it was asked last. Of processor time, since on a
// busy machine whoever is not running holds nobody up by its own work.
// Looked at from the first question on: looking takes a twentieth of the processor time of a service under load.
let longest = 0;
process.on('message', () => {
  process.send?.(longest);
  longest = 0;
});

process.once('message', () => {
  const used = processorMs();
  let last = used();
  setInterval(() => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
});

/** Of the one thread that the event loop runs in, where Linux tells; else of all, those that zip and collect garbage among them. */
function processorMs(): () => number {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    const bytes = Buffer.alloc(80);
    return () => Number(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)).split(' ')[0]) / 1e6;
  } catch {
    return () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
  }
}

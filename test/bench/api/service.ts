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
// busy machine whoever is not running holds nobody up by its own work; what other threads (collecting garbage) took is in it, too.
// Looked at from the first question on: looking takes a twentieth of the processor time of a service under load.
let longest = 0;
process.on('message', () => {
  process.send?.(longest);
  longest = 0;
});

process.once('message', () => {
  let last = { wall: performance.now(), used: process.cpuUsage() };
  setInterval(() => {
    const { user, system } = process.cpuUsage(last.used);
    longest = Math.max(longest, Math.min(performance.now() - last.wall, (user + system) / 1000));
    last = { wall: performance.now(), used: process.cpuUsage() };
  }, 1);
});

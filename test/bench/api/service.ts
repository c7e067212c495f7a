import { pino } from 'pino';
import { loadLocalConfig } from '../../../service/config.ts';
import { startService } from '../../../service/main.ts';
import { parseConnection } from '../../../service/store/connection.ts';

// The real service, whole: API, dispatcher, monitor, events.

const { DATABASE: databaseUrl = '', KUBECONFIG: karmadaKubeconfig = '' } = process.env;
const loaded = await loadLocalConfig([], { PORT: '0', RATE_LIMIT_PER_MINUTE: '10000000' });
if (loaded.outcome !== 'config') throw new Error(JSON.stringify(loaded));
const config = { ...loaded.config, database: parseConnection(databaseUrl), karmadaKubeconfig };
const log = pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const service = await startService(config, log);
process.send?.(service.port);

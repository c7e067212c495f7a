import { pino } from 'pino';
import { startReportEndpoint } from '../../../service/learning/endpoint.ts';
import { createRecorder } from '../../../service/learning/recorder.ts';
import { createReporters } from '../../../service/learning/reporters.ts';
import { parseConnection } from '../../../service/store/connection.ts';
import { createStore } from '../../../service/store/create-store.ts';

// What takes reports in the service, in a process of its own: its endpoint, how far jobs are, and with CURVES their curves. Any message
// is answered with what it has used since the last one, after all that was taken is written.

const { DATABASE = '', KEY = '', CURVES } = process.env;
const log = pino({ level: 'error' });
const store = createStore({ connection: parseConnection(DATABASE), poolSize: 10, log });
const NO_CURVES = { append: async () => undefined, settle: async () => undefined, ended: async () => [] };

const newParts = () => {
  const recorder = createRecorder({ store: CURVES === 'true' ? store.curves : NO_CURVES, log });
  recorder.start();
  return { recorder, reporters: createReporters({ store: store.progress, recorder, log }) };
};
let parts = newParts();
const endpoint = await startReportEndpoint({
  host: '127.0.0.1',
  port: 0,
  key: KEY,
  reporters: { take: (...report) => parts.reporters.take(...report) },
  log,
});

export interface Used {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

let before = process.cpuUsage();
let highest = 0;
setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, 100);

process.on('message', async () => {
  const { recorder, reporters } = parts;
  await reporters.stop();
  await recorder.stop();
  const { system, user } = process.cpuUsage(before);
  const used: Used = { cpuSeconds: (system + user) / 1e6, rssMiB: Math.round(highest / 1024 / 1024) };
  parts = newParts();
  before = process.cpuUsage();
  process.send?.(used);
});
process.once('disconnect', () => process.exit());
process.send?.(endpoint.port);

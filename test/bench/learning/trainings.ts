import { Pool } from 'undici';
import { reportToken } from '../../../service/jobs/manifests/index.ts';
import { bodyOf } from './report.ts';

// Trainings that report, in a process of their own: what they cost is not charged to whom is measured. Connections are kept, as those
// of an Ingress are.

export interface Load {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** At most so many reports. */
  readonly most?: number;
}

export interface Answered {
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
}

const CONNECTIONS = 32;
const { KEY = '' } = process.env;
let jobs: { readonly id: string; readonly token: string }[] = [];
/** Of all that were ever sent, so that each brings a further step. */
let told = 0;

/** Each job in its turn, at the given rate or, where that is more than is answered, as fast as it goes. */
async function report({ most = Number.POSITIVE_INFINITY, perSecond, port, seconds }: Load): Promise<Answered> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS, pipelining: 1 });
  const answered = { accepted: 0, refused: 0 };
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  let sent = 0;
  const sender = async () => {
    while (elapsed() < seconds && sent < most) {
      const early = sent / perSecond - elapsed();
      if (early > 0) {
        await new Promise((resolve) => setTimeout(resolve, early * 1000));
        continue;
      }
      sent += 1;
      told += 1;
      const status = await post(pool, told);
      answered[status === 200 ? 'accepted' : 'refused'] += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  const whole = elapsed();
  await pool.close();
  return { ...answered, seconds: whole };
}

async function post(pool: Pool, step: number): Promise<number> {
  const { id, token } = jobs[step % jobs.length] ?? { id: '', token: '' };
  const { body, statusCode } = await pool.request({
    path: `/jobs/${id}`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: bodyOf(step),
  });
  await body.dump();
  return statusCode;
}

process.on('message', async (message: Load | { readonly jobs: { id: string; objectName: string }[] }) => {
  if ('jobs' in message) {
    jobs = message.jobs.map((job) => ({ id: job.id, token: reportToken(KEY, job) }));
    process.send?.('ready');
  } else process.send?.(await report(message));
});
process.once('disconnect', () => process.exit());
process.send?.('started');

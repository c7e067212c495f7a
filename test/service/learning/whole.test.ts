import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClient } from '../../../service/client/index.ts';
import { freePort } from '../../../service/local/free-port.ts';
import { atEnd } from '../../concurrently.ts';
import { eventually } from '../../patience.ts';
import { smallJob, startWorld, temporaryFile } from '../api/world.ts';

// From a job's pods to its curve, through the whole service.

const PLAIN = {
  runtime: 'job',
  algorithm: { source: 'container', algorithmName: 'own', imageUri: 'own:1' },
  command: ['python', 'train.py'],
};

/** Submits, and waits for what is told of it in the end. */
async function trained(environment: Record<string, string>, fields: object) {
  // A job that is over in less than three seconds may have ended before its token came, where a machine has much else to do.
  const world = await startWorld({ speed: 4, environment });
  atEnd(() => world.close());
  const client = createClient({ url: world.url });
  const { body } = await world.call('/api/v1/jobs', { body: smallJob({ ...fields }) });
  const job = await eventually(
    () => client.jobs.get(body.id),
    ({ status, progress }) => status === 'Succeeded' && progress?.percent === 100,
    { patienceMs: 120_000 },
  );
  const metrics = await eventually(
    () => client.jobs.metrics(body.id),
    ({ series }) => series.length > 0,
  );
  return { job, metrics };
}

test.each([{}, PLAIN])(
  'a job reports to the hub, from its cluster, with the token that came along (%o)',
  async (fields) => {
    const [port, key] = [await freePort(), await temporaryFile(randomBytes(32).toString('hex'))];
    atEnd(() => key.remove());
    const { job, metrics } = await trained(
      { PROGRESS_URL: `http://127.0.0.1:${port}/progress`, PROGRESS_PORT: String(port), PROGRESS_KEY_FILE: key.path },
      fields,
    );
    expect(job.progress).toMatchObject({ source: 'report', etaSeconds: 0, metrics: { accuracy: expect.any(Number) } });
    expect(metrics.names).toEqual(['accuracy', 'loss']);
    expect(metrics.source).toBe('report');
  },
);

test.each([{}, PLAIN])('where it reports to nobody, its log tells (%o)', async (fields) => {
  const { job, metrics } = await trained({}, fields);
  expect(job.progress).toMatchObject({ source: 'log', metrics: { val_loss: expect.any(Number) } });
  expect(metrics.names).toEqual(expect.arrayContaining(['loss', 'val_loss']));
  const loss = metrics.series.find(({ name }) => name === 'loss');
  expect(loss?.value.length).toBeGreaterThan(1);
  expect(loss?.lowest).toBeLessThan(loss?.highest ?? 0);
});

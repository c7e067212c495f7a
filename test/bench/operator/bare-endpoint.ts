// The least that could take reports: TLS, HTTP and JSON with the operator's own certificate. With WRITES each report is written
// into its TrainingJob as well, which is watched, as the operator does; nothing is checked, bounded or remembered.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createKube } from '../../../service/kube/client.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import { createReflector } from '../../../service/kube/reflector/reflector.ts';
import { TRAINING_JOB } from '../../../service/operator/kinds.ts';

const folder = process.env.CERTIFICATES ?? '';
const kube = createKube(await loadKubeconfig(process.env.KUBECONFIG ?? ''), { userAgent: 'floor' });
const writes = process.env.WRITES === 'true';
if (writes) await createReflector(kube, TRAINING_JOB, { keep: (object) => object }).synced;

const [cert, key] = ['tls.crt', 'tls.key'].map((name) => readFileSync(join(folder, name)));
createServer({ cert, key, minVersion: 'TLSv1.2' }, async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { trainerStatus } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  if (writes) await write(request.url ?? '', trainerStatus).catch(console.error);
}).listen(Number(process.env.PROGRESS_PORT), '127.0.0.1', () => console.log('ready'));

async function write(url: string, { lastUpdatedTime, progressPercentage }: Record<string, unknown>): Promise<void> {
  const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/trainingjobs\/([^/]+)/.exec(url) ?? [];
  const { apiVersion, kind } = TRAINING_JOB;
  const status = {
    progress: `${progressPercentage}%`,
    progressTime: lastUpdatedTime,
    metrics: { loss: Math.random() },
  };
  const as = { fieldManager: 'floor', force: true, subresource: 'status' } as const;
  await kube.apply(TRAINING_JOB, { apiVersion, kind, metadata: { name, namespace }, status }, as);
}

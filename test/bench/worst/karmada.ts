import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENV, LABELS, STORAGE_KEYS } from '../../../service/contract.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { NAMESPACE, POD } from '../../../service/local/kube/kinds.ts';
import { startObjectStorage } from '../../../service/local/object-storage.ts';
import { MAX_FILES } from '../../../service/outputs/shelf.ts';
import { RESULTS } from './fill.ts';

// A control plane in a process of its own, in whose members nothing moves; member1 is full of pods as a cluster writes them. And an
// object storage with as many outputs of a job as are listed, and one that is long.

const PODS = 5000;

const karmada = await startSimulatedKarmada({ speed: 0 });
const { registry } = karmada.member('member1').server;
const env = Array.from({ length: 40 }, (_, index) => ({ name: `VARIABLE_${index}`, value: 'v'.repeat(60) }));
registry.create(
  NAMESPACE,
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'large' } },
  { manager: 'kubelet' },
);
for (let number = 0; number < PODS; number++) {
  const metadata = { name: `pod-${number}`, namespace: 'large', labels: { [LABELS.jobId]: 'large-2' } };
  const spec = { containers: [{ name: 'main', image: 'ray', env }] };
  registry.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, { manager: 'kubelet' });
}
await karmada.writeKubeconfig(process.env.KUBECONFIG ?? '');

const folder = process.env.FOLDER ?? '';
const [objects, keys] = [join(folder, 'objects'), join(folder, 'keys')];
const storage = await startObjectStorage({ folder: objects, maxBytes: 2 ** 31 });
await mkdir(keys);
await writeFile(join(keys, STORAGE_KEYS.id), storage.accessKeyId);
await writeFile(join(keys, STORAGE_KEYS.secret), storage.secretAccessKey);
const put = (name: string, content: string | Uint8Array) =>
  writeFile(join(objects, encodeURIComponent(`${RESULTS.bucket}/${RESULTS.folder}/${name}`)), content);
for (let number = 1; number < MAX_FILES; number++) await put(`checkpoint-${number}/${'m'.repeat(100)}`, 'x');
await put('model', Buffer.alloc(64 * 2 ** 20));
const settings = {
  [ENV.objectStorageEndpoint]: storage.endpoint,
  [ENV.objectStorageRegion]: storage.region,
  [ENV.objectStorageKeys]: keys,
  [ENV.workdirUrl]: `s3://${RESULTS.bucket}/workdirs`,
};
process.send?.({ endpoint: storage.endpoint, settings });

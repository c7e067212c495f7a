import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectTo, type KubeApi } from '../../../infra/deploy/kube/api.ts';
import { apply, FIELD_MANAGER } from '../../../infra/deploy/kube/apply.ts';
import { clusterFor } from '../../../infra/deploy/kube/cluster.ts';
import { takeOver } from '../../../infra/deploy/kube/take-over.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../simulation/cluster/simulated-cluster.ts';

let cluster: SimulatedCluster;
let api: KubeApi;
const folder = mkdtempSync(join(tmpdir(), 'take-over-'));
const { signal } = new AbortController();
beforeAll(async () => {
  cluster = await startSimulatedCluster();
  writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
  api = await connectTo(join(folder, 'kubeconfig'), signal);
});
afterAll(async () => {
  await api.close();
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const claim = (storageClass?: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...(storageClass !== undefined && { storageClassName: storageClass }),
  },
});

test('a claim that is taken over keeps what the other tool asked for and this one leaves to the cluster', async () => {
  const there = clusterFor(api, 'default', signal);
  await apply(there, claim('standard'), { force: false, manager: 'helm' });
  await takeOver(there, claim(), { from: (manager) => manager === 'helm', to: FIELD_MANAGER });
  expect(await apply(there, claim(), { force: false })).toBe('unchanged');
  expect(await api.find(await there.resources.pathOf(claim()))).toMatchObject({ spec: claim('standard').spec });
});

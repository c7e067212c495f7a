import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import { createKarmada, type RequestReport } from '../../../service/karmada/client.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import type { KubeObject, ObjectReference } from '../../../service/kube/kube.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import {
  type SimulatedKarmada,
  type SimulationOptions,
  startSimulatedKarmada,
} from '../../../service/local/karmada/simulated-karmada.ts';
import { eventually as waitUntil } from '../../patience.ts';

export interface World {
  readonly simulated: SimulatedKarmada;
  readonly karmada: Karmada;
  readonly reports: RequestReport[];
}

/** A directory that is gone when the test is. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A simulated Karmada and the real client before it; both end with the test. */
export async function startWorld(options: SimulationOptions = {}): Promise<World> {
  const simulated = await startSimulatedKarmada({ speed: 0, propagationDelayMs: 1, ...options });
  const path = join(await temporaryDirectory(), 'kubeconfig');
  await simulated.writeKubeconfig(path);
  const reports: RequestReport[] = [];
  const karmada = createKarmada(await loadKubeconfig(path), { onRequest: (report) => reports.push(report) });
  onTestFinished(async () => {
    await karmada.close();
    await simulated.close();
  });
  return { simulated, karmada, reports };
}

/** The first answer that is something; asks again until then. */
export async function eventually<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  return (await waitUntil(ask, (answer) => answer !== undefined && answer !== false)) as T;
}

export const TEAM = 'team-a';

const labels = (name: string): Record<string, string> => ({
  [LABELS.managedBy]: LABELS.managedByValue,
  [LABELS.jobId]: name,
});

export const namespaceObject = (name = TEAM): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

export const rayJob = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'ray.io/v1',
  kind: 'RayJob',
  metadata: { name, namespace: TEAM, labels: labels(name) },
  spec: {
    entrypoint: 'python train.py',
    rayClusterSpec: {
      headGroupSpec: {
        rayStartParams: {},
        template: { spec: { containers: [{ name: 'ray-head', image: 'rayproject/ray:2.46.0' }] } },
      },
    },
    ...spec,
  },
});

export const batchJob = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: TEAM, labels: labels(name) },
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } },
    ...spec,
  },
});

/** Exactly one of the clusters named; of all of them when none is. */
export const policyFor = (object: KubeObject, clusterNames: readonly string[] = [], spec: object = {}): KubeObject => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: object.metadata.name, namespace: TEAM, labels: labels(object.metadata.name) },
  spec: {
    resourceSelectors: [{ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }],
    placement: {
      clusterAffinity: { clusterNames },
      spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }],
    },
    ...spec,
  },
});

export const referenceTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? null,
  name: metadata.name,
});

/** Applies a job with its policy and waits until it has reached its member; returns the member's name. */
export async function place(
  karmada: Karmada,
  object: KubeObject,
  clusterNames: readonly string[] = [],
): Promise<string> {
  await karmada.apply(namespaceObject());
  await karmada.apply(policyFor(object, clusterNames));
  await karmada.apply(object);
  const cluster = await eventually(async () => (await karmada.placement(referenceTo(object)))?.clusters[0]);
  await eventually(() => karmada.member(cluster).get(referenceTo(object)));
  return cluster;
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GPU } from '../contract/quantity.ts';
import { LABELS } from '../contract.ts';
import { type Figure, LABEL, NAME_OF_OBJECT, utilisationQuery } from '../utilisation/query.ts';
import { RAY_JOB } from './karmada/kinds.ts';
import { requested } from './karmada/life/capacity.ts';
import type { Member } from './karmada/member.ts';
import { NAMESPACE, POD, SERVICE } from './kube/kinds.ts';
import { type StoredObject, textAt } from './kube/objects.ts';

// What stands for a Prometheus in a simulated member: it tells what the pods there would use, by what they do just then. It knows one query,
// that of the platform itself.

const PLACE = { namespace: 'monitoring', name: 'prometheus', port: 9090 } as const;
/** For UTILISATION_SERVICE. */
export const SIMULATED_PROMETHEUS = `${PLACE.namespace}/${PLACE.name}:${PLACE.port}`;

const POD_OF_JOB = new RegExp(`^${NAME_OF_OBJECT}$`);

interface SimulatedPrometheus {
  stop(): Promise<void>;
}

export async function startPrometheus(member: Member): Promise<SimulatedPrometheus> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [status, body] = pathname === '/api/v1/query' ? answer(member, searchParams.get('query') ?? '') : NOT_FOUND;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = `${PLACE.name}.${PLACE.namespace}.svc:${PLACE.port}`;
  createService(member);
  member.services.set(place, (server.address() as AddressInfo).port);
  return {
    async stop() {
      member.services.delete(place);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function createService({ server: { registry } }: Member): void {
  const { name, namespace, port } = PLACE;
  const manager = { manager: 'helm' };
  if (!registry.store.get(NAMESPACE, undefined, namespace))
    registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, manager);
  if (!registry.store.get(SERVICE, namespace, name))
    registry.create(
      SERVICE,
      { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port }] } },
      manager,
    );
}

type Answer = readonly [status: number, body: object];
const failure = (status: number, error: string): Answer => [status, { status: 'error', errorType: 'bad_data', error }];
const NOT_FOUND = failure(404, 'the simulated Prometheus answers /api/v1/query alone');

function answer(member: Member, query: string): Answer {
  const idlePercent = Number(/<= (\d+)\)/.exec(query)?.[1]);
  if (query !== utilisationQuery(idlePercent))
    return failure(400, "the simulated Prometheus knows the query of the platform's utilisation, and no other");
  const now = Date.now() / 1000;
  const result = [...jobsOf(member, now, idlePercent)].flatMap(([key, figures]) => {
    const [namespace, object] = key.split('/');
    return Object.entries(figures).map(([figure, value]) => ({
      metric: { namespace, [LABEL.job]: object, [LABEL.figure]: figure },
      value: [now, String(value)],
    }));
  });
  return [200, { status: 'success', data: { resultType: 'vector', result } }];
}

function jobsOf(
  { server: { registry } }: Member,
  now: number,
  idlePercent: number,
): Map<string, Partial<Record<Figure, number>>> {
  const training = new Set(
    registry.store
      .list(RAY_JOB)
      .filter((job) => textAt(job, 'status', 'jobStatus') === 'RUNNING')
      .map((job) => `${job.metadata.namespace}/${textAt(job, 'status', 'rayClusterName')}`),
  );
  const jobs = new Map<string, { cpuCores: number; gpus: number[] }>();
  for (const pod of registry.store.list(POD)) {
    const object = POD_OF_JOB.exec(pod.metadata.name)?.[1];
    if (object === undefined || textAt(pod, 'status', 'phase') !== 'Running') continue;
    const key = `${pod.metadata.namespace}/${object}`;
    const sum = jobs.get(key) ?? { cpuCores: 0, gpus: [] };
    const rayCluster = pod.metadata.labels?.['ray.io/cluster'];
    const isBusy = rayCluster === undefined || training.has(`${pod.metadata.namespace}/${rayCluster}`);
    const { cpuCores, gpus } = usedBy(pod, isBusy, now);
    jobs.set(key, { cpuCores: sum.cpuCores + cpuCores, gpus: [...sum.gpus, ...gpus] });
  }
  return new Map(
    [...jobs].map(([key, { cpuCores, gpus }]) => {
      const idleGpus = gpus.filter((percent) => percent <= idlePercent).length;
      return [
        key,
        {
          cpuCores,
          ...(gpus.length > 0 && {
            gpuPercent: gpus.reduce((sum, each) => sum + each, 0) / gpus.length,
            gpus: gpus.length,
          }),
          ...(idleGpus > 0 && { idleGpus }),
        },
      ];
    }),
  );
}

/** Of what it asked for: a pod that trains nearly all, one that waits next to nothing. `idle` in a job's name: its GPUs do nothing. */
function usedBy(
  pod: StoredObject,
  isBusy: boolean,
  now: number,
): { readonly cpuCores: number; readonly gpus: number[] } {
  const cpus = requested(pod.spec, 'cpu');
  const gpus = Array.from({ length: requested(pod.spec, GPU) });
  const { labels = {}, name } = pod.metadata;
  const isIdle = (labels[LABELS.jobId] ?? name).split('-').includes('idle');
  // The head of a Ray cluster, and the pod that submits its program.
  const coordinates = labels['ray.io/node-type'] === 'head' || labels['ray.io/originated-from-crd'] !== undefined;
  const wave = (of: number): number => Math.sin(now / 60 + of + name.length);
  if (!isBusy) return { cpuCores: cpus * 0.02, gpus: gpus.map(() => 0) };
  if (coordinates) return { cpuCores: cpus * 0.1, gpus: gpus.map(() => 0) };
  return {
    cpuCores: cpus * (gpus.length > 0 ? 0.4 + 0.05 * wave(0) : 0.85 + 0.08 * wave(0)),
    gpus: gpus.map((_, place) => (isIdle ? 1 : 86 + 8 * wave(place))),
  };
}

import { randomBytes } from 'node:crypto';
import { objectNameOf } from '../../service/jobs/ids.ts';
import { KIND_OF_RUNTIME, WORKLOADS } from '../../service/jobs/job.ts';
import { eventually as waitUntil } from '../patience.ts';
import { freshDatabase, type TestDatabase } from '../service/postgres.ts';
import type { Base } from './base.ts';
import { type Client, createClient, type JobAnswer } from './client.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';

const XGBOOST = { source: 'builtin', algorithmName: 'xgboost' };

/** The service in its own process, its database, and what it talks to. */
export interface World {
  readonly base: Base;
  readonly service: ServiceProcess;
  readonly database: TestDatabase;
  readonly client: Client;
  /** A name that no other test uses; removed at the end. */
  newNamespace(): string;
  /** A job that no other test has, in a namespace of its own unless another one is named. */
  submit(more?: Readonly<Record<string, unknown>>): Promise<JobAnswer>;
  /** Where the job was put, once its object is there. */
  placed(job: JobAnswer): Promise<PlacedJob>;
  pathsOf(job: JobAnswer): { workload: string; volume: string; policies: string[] };
  /** When no member has it any more. */
  gone(path: string): Promise<void>;
  /** Paths of all objects of the job that are left, on the control plane and in every member. */
  remains(job: JobAnswer): Promise<string[]>;
  close(): Promise<void>;
}

/** A RayJob or Job in its member, with us in the place of KubeRay or Kubernetes. */
export interface PlacedJob {
  readonly cluster: string;
  readonly path: string;
  object(): Promise<{ metadata: { name: string; uid: string }; spec: Record<string, unknown> } | undefined>;
  says(status: Record<string, unknown>): Promise<void>;
}

export async function startWorld(base: Base, environment: Record<string, string> = {}): Promise<World> {
  const database = await freshDatabase();
  const service = await startServiceProcess({
    databaseUrl: database.url,
    kubeconfig: base.kubeconfig,
    environment: { MONITOR_INTERVAL: '500ms', MONITOR_LOST_GRACE: '1s', ...environment },
  });
  const client = createClient(service.url, base.patienceMs);
  const namespaces: string[] = [];

  const pathsOf = ({ id, namespace, request }: JobAnswer) => {
    const name = objectNameOf(id);
    const { apiVersion, plural } =
      WORKLOADS[KIND_OF_RUNTIME[request.runtime as keyof typeof KIND_OF_RUNTIME] ?? 'RayJob'];
    const workload = `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;
    const volume = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
    const policies = [name, `${name}-volume`].map(
      (policy) => `/apis/policy.karmada.io/v1alpha1/namespaces/${namespace}/propagationpolicies/${policy}`,
    );
    return { workload, volume, policies };
  };

  async function clustersWith(path: string): Promise<string[]> {
    const found = await Promise.all(
      [...base.members].map(async ([name, api]) => ((await api.get(path)).status === 200 ? [name] : [])),
    );
    return found.flat();
  }

  function newNamespace(): string {
    const name = `flow-${randomBytes(4).toString('hex')}`;
    namespaces.push(name);
    return name;
  }

  return {
    base,
    service,
    database,
    client,
    newNamespace,
    submit: ({ namespace = newNamespace(), ...more } = {}) =>
      client.submit({ jobName: 'demo', namespace, algorithm: XGBOOST, ...more }),

    async placed(job) {
      const { workload } = pathsOf(job);
      const [cluster = ''] = await eventually(base, `${workload} in a member`, async () => {
        const clusters = await clustersWith(workload);
        return clusters.length > 0 ? clusters : undefined;
      });
      const api = base.members.get(cluster);
      if (!api) throw new Error(`no member ${cluster}`);
      return {
        cluster,
        path: workload,
        async object() {
          const answer = await api.get(workload);
          return answer.status === 200 ? answer.body : undefined;
        },
        async says(status) {
          const answer = await api.patch(`${workload}/status`, { status });
          if (answer.status !== 200) throw new Error(`writing the status failed: ${JSON.stringify(answer.body)}`);
        },
      };
    },

    pathsOf,
    async gone(path) {
      await eventually(base, `${path} to go`, async () => ((await clustersWith(path)).length === 0 ? true : undefined));
    },

    async remains(job) {
      const { workload, volume, policies } = pathsOf(job);
      const onControl = await Promise.all(
        [workload, volume, ...policies].map(async (path) =>
          (await base.control.get(path)).status === 404 ? [] : [`control plane: ${path}`],
        ),
      );
      const inMembers = await Promise.all(
        [workload, volume].map(async (path) => (await clustersWith(path)).map((cluster) => `${cluster}: ${path}`)),
      );
      return [...onControl, ...inMembers].flat();
    },

    async close() {
      await service.stop();
      await database.drop();
      await base.cleanUp(namespaces);
      await base.close();
    },
  };
}

/** Asks until there is an answer. */
export async function eventually<T>({ patienceMs }: Base, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  return (await waitUntil(ask, (answer) => answer !== undefined, { what, patienceMs })) as T;
}

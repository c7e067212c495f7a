import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubeconfig } from '../../service/kube/kubeconfig.ts';
import {
  type SimulatedKarmada,
  type SimulationOptions,
  startSimulatedKarmada,
} from '../../service/local/karmada/simulated-karmada.ts';
import { PATIENCE_MS } from '../patience.ts';
import { createKubeApi, type KubeApi, proxyPath } from './kube-api.ts';

/** What the flows run against. */
export interface Base {
  readonly name: string;
  /** What the service is given: its own rights, no more. */
  readonly kubeconfig: string;
  /** An administrator's. */
  readonly adminKubeconfig: string;
  readonly control: KubeApi;
  readonly members: ReadonlyMap<string, KubeApi>;
  /** An administrator's of each member, where it has one of its own. */
  readonly memberKubeconfigs: ReadonlyMap<string, string>;
  /** In which Kubernetes' own controllers run Jobs: nobody else can tell of a Job there. */
  readonly membersWithJobs: readonly string[];
  /** How long a step of Karmada may take. */
  readonly patienceMs: number;
  /** Pods run and write only where kubelets do. */
  readonly simulated: SimulatedKarmada | null;
  /** Neither the service nor Karmada reaches the cluster any more, until the function is called. */
  cutOff(cluster: string): Promise<() => Promise<void>>;
  /** Removes what was made in these namespaces, and them. */
  cleanUp(namespaces: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Speed 0: in the members nothing happens but what the test writes. */
export async function simulatedBase(options: SimulationOptions = { speed: 0 }): Promise<Base> {
  const simulated = await startSimulatedKarmada({ propagationDelayMs: 10, ...options });
  const directory = await mkdtemp(join(tmpdir(), 'flow-'));
  const path = join(directory, 'karmada.yaml');
  await simulated.writeKubeconfig(path);
  const kubeconfig = await loadKubeconfig(path);
  const control = createKubeApi(kubeconfig);
  const members = new Map(
    [...simulated.members.keys()].map((name) => [name, createKubeApi(kubeconfig, proxyPath(name))]),
  );
  return {
    name: 'a simulated Karmada',
    kubeconfig: path,
    adminKubeconfig: path,
    control,
    members,
    memberKubeconfigs: new Map(),
    membersWithJobs: [],
    patienceMs: PATIENCE_MS,
    simulated,
    async cutOff(cluster) {
      const comesBack = simulated.faults.add({ kind: 'refuse', where: cluster });
      return async () => comesBack();
    },
    cleanUp: async () => undefined,
    async close() {
      await Promise.all([control, ...members.values()].map((api) => api.close()));
      await simulated.close();
      await rm(directory, { recursive: true });
    },
  };
}

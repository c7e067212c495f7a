import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { type Operator, startOperator } from '../operator/operator.ts';
import type { OperatorSettings } from '../operator/settings.ts';
import { kubeconfigOf } from './karmada/kubeconfig.ts';
import type { Member } from './karmada/member.ts';
import { NAMESPACE } from './kube/kinds.ts';
import { type Listener, listen } from './kube/listener.ts';

export interface MemberOperator {
  readonly cluster: string;
  /** Of the member's API server: for curl, kubectl and the operator. */
  readonly address: string;
  readonly kubeconfig: string;
  readonly operator: Operator;
  stop(): Promise<void>;
}

interface MemberOperatorsOptions {
  /** Kubeconfigs of the members are written here, as `<name>.kubeconfig`. */
  readonly folder: string;
  /** The API servers listen on the ports from here on, where these are free; 0: on any. */
  readonly firstPort?: number;
  readonly log: Logger;
}

/** Where the stack puts it, and the name that workers know its endpoint by. */
const OWN_NAMESPACE = 'default';
const SERVICE = 'controller-manager.default.svc:8443';
/** Of the files in examples/. */
const EXAMPLES_NAMESPACE = 'ml-training';

/** The operator of TrainingJobs in each simulated member, as it runs in a real one: its API server over HTTP, reports over TLS. */
export async function startTrainingOperators(
  members: Iterable<Member>,
  { folder, firstPort = 0, log }: MemberOperatorsOptions,
): Promise<MemberOperator[]> {
  const started: MemberOperator[] = [];
  try {
    for (const member of members) {
      const port = firstPort === 0 ? 0 : firstPort + started.length;
      started.push(await startMemberOperator(member, folder, port, log));
    }
    return started;
  } catch (error) {
    await Promise.all(started.map((each) => each.stop()));
    throw error;
  }
}

async function startMemberOperator(member: Member, folder: string, port: number, log: Logger): Promise<MemberOperator> {
  const { registry } = member.server;
  const cluster = member.settings.name;
  if (!registry.store.get(NAMESPACE, undefined, EXAMPLES_NAMESPACE)) {
    const metadata = { name: EXAMPLES_NAMESPACE };
    registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata }, { manager: 'kubectl' });
  }
  const listener = await listenNear(member, port);
  try {
    const kubeconfig = join(folder, `${cluster}.kubeconfig`);
    await writeFile(kubeconfig, kubeconfigOf(listener.url), { mode: 0o600 });
    const operator = await startOperator({
      identity: await loadKubeconfig(kubeconfig),
      settings: settingsFor(cluster),
      log: log.child({ cluster }),
      host: '127.0.0.1',
      // There is no other replica that could take over.
      onLost: (why) => log.error(`${cluster}: ${why}`),
    });
    member.services.set(SERVICE, operator.progressPort ?? 0);
    return {
      cluster,
      address: listener.url,
      kubeconfig,
      operator,
      async stop() {
        member.services.delete(SERVICE);
        await operator.stop();
        await listener.close();
      },
    };
  } catch (error) {
    await listener.close();
    throw error;
  }
}

const settingsFor = (cluster: string): OperatorSettings => ({
  ownNamespace: OWN_NAMESPACE,
  ownName: `controller-manager-${cluster}`,
  namespaces: [],
  workers: 4,
  kubeconfig: undefined,
  metricsPort: 0,
  progressPort: 0,
  progressUrl: `https://${SERVICE}`,
  progressCertificates: undefined,
  progressFromLogs: true,
  podGroups: false,
  leaderElection: false,
  logLevel: 'info',
});

async function listenNear({ server }: Member, port: number): Promise<Listener> {
  const answer = async (...[request, wire]: Parameters<Parameters<typeof listen>[0]>) =>
    wire.send(await server.handle(request));
  try {
    return await listen(answer, { port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return listen(answer);
  }
}

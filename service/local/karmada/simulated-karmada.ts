import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { freePort } from '../free-port.ts';
import { type ApiServer, createApiServer } from '../kube/api-server.ts';
import { collectGarbage } from '../kube/garbage.ts';
import { NAMESPACE } from '../kube/kinds.ts';
import { type Listener, listen } from '../kube/listener.ts';
import { createRegistry, type Registry } from '../kube/registry.ts';
import { createStore } from '../kube/store.ts';
import { type ClusterSettings, clusterObject, DEFAULT_CLUSTERS, KUBERNETES_VERSION } from './clusters.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGate } from './gate.ts';
import { CLUSTER, CONTROL_PLANE_KINDS, PROPAGATION_POLICY } from './kinds.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { startLife } from './life/life.ts';
import type { Trainings } from './life/training.ts';
import { createMember, type Member } from './member.ts';
import { createPropagation } from './propagation/propagation.ts';
import { createSessions, type ProxyCost } from './proxy-cost.ts';
import { watchReadiness } from './readiness.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { keepState } from './state-file.ts';

export interface SimulationOptions {
  readonly port?: number;
  readonly clusters?: readonly ClusterSettings[];
  /** Simulated seconds per second; 0: nothing happens by itself in the members, and the caller writes the statuses. */
  readonly speed?: number;
  /** How long Karmada's controllers take for a step. */
  readonly propagationDelayMs?: number;
  /** How long a member must be out of reach before its Cluster is no longer Ready (30 s in Karmada). */
  readonly notReadyAfterMs?: number;
  /** Put back what someone deletes in a member, as Karmada does. */
  readonly recreate?: boolean;
  /** false: a control plane without kube-controller-manager, where a binding outlives its object. */
  readonly collectGarbage?: boolean;
  /** Keep all objects in this file, and go on with what it holds. */
  readonly stateFile?: string;
  readonly historySize?: number;
  /** What runs in the members' Ray clusters, instead of lines that are made up. */
  readonly programs?: (simulated: Trainings) => Trainings;
  /** What a request through the proxy to a member costs; nothing unless given. */
  readonly proxyCost?: ProxyCost;
  readonly bookmarkMs?: number;
  readonly tls?: ServerOptions & { readonly ca: string };
}

/** A Karmada control plane with its members in this process, reached over real HTTP. */
export interface SimulatedKarmada {
  readonly url: string;
  /** YAML for the service's KARMADA_KUBECONFIG. */
  readonly kubeconfig: string;
  writeKubeconfig(path: string): Promise<void>;
  readonly control: ApiServer;
  readonly members: ReadonlyMap<string, Member>;
  /** Throws for an unknown name. */
  member(name: string): Member;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** false: what is deleted in a member stays away. */
  setRecreate(recreate: boolean): void;
  /** Ends all watches of a member, or of all members; returns how many there were. */
  disconnectWatches(cluster?: string): number;
  /** Forgets the history of a member, so that a watch from before gets 410. */
  expireVersions(cluster?: string): void;
  /** Nobody listens any more on the port of the control plane, until it is started again. */
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

export async function startSimulatedKarmada(options: SimulationOptions = {}): Promise<SimulatedKarmada> {
  const clusters = options.clusters ?? DEFAULT_CLUSTERS;
  const history = options.historySize === undefined ? {} : { historySize: options.historySize };
  const faults = createFaults();
  const sessions = options.proxyCost && createSessions(options.proxyCost);
  const requests = createRequestLog();
  const members = new Map(clusters.map((settings) => [settings.name, createMember(settings, options)]));
  let recreate = options.recreate ?? true;

  const registry = createRegistry(createStore(history), CONTROL_PLANE_KINDS);
  const control = createApiServer(registry, {
    kubernetesVersion: KUBERNETES_VERSION,
    subresources: {
      async 'clusters.cluster.karmada.io/proxy'(request, { rest }, cluster) {
        await sessions?.(request.signal);
        return member(cluster.metadata.name).server.handle({ ...request, path: rest });
      },
    },
    ...(options.bookmarkMs !== undefined && { bookmarkMs: options.bookmarkMs }),
  });

  function member(name: string): Member {
    const found = members.get(name);
    if (!found) throw new Error(`The simulation has no member "${name}"; it has ${[...members.keys()].join(', ')}.`);
    return found;
  }

  const stops: { stop(): void }[] = [
    ...(options.collectGarbage === false ? [] : [{ stop: collectGarbage(registry) }]),
    { stop: markPolicies(control) },
    createPropagation({
      control: registry,
      members,
      isReachable: faults.reachable,
      delayMs: options.propagationDelayMs ?? 50,
      recreate: () => recreate,
    }),
  ];
  const speed = options.speed ?? 1;
  if (speed > 0) for (const one of members.values()) stops.push(startLife(one, speed, options.programs));
  const state =
    options.stateFile === undefined ? undefined : await keepState(options.stateFile, registriesOf(registry, members));
  createBeginnings(registry, clusters);
  stops.push(watchReadiness(registry, members, faults.reachable, options.notReadyAfterMs ?? 30_000));

  const gate = createGate(control.handle, faults, requests);
  // Not one that the system may give to others while `stopListening` holds.
  const network = { port: options.port ?? (await freePort()), ...(options.tls && { tls: options.tls }) };
  let listener: Listener | undefined = await listen(gate, network);
  const { url } = listener;
  const kubeconfig = kubeconfigOf(url, options.tls?.ca);
  const chosen = (cluster: string | undefined): Member[] =>
    cluster === undefined ? [...members.values()] : [member(cluster)];

  return {
    url,
    kubeconfig,
    writeKubeconfig: (path) => writeFile(path, kubeconfig, { mode: 0o600 }),
    control,
    members,
    member,
    faults,
    requests,
    setRecreate(value) {
      recreate = value;
    },
    disconnectWatches: (cluster) => chosen(cluster).reduce((sum, { server }) => sum + server.watches.disconnect(), 0),
    expireVersions(cluster) {
      for (const { server } of chosen(cluster)) server.registry.store.compact();
    },
    async stopListening() {
      await listener?.close();
      listener = undefined;
    },
    async listenAgain() {
      listener ??= await listen(gate, { ...network, port: Number(new URL(url).port) });
    },
    async close() {
      await listener?.close();
      listener = undefined;
      for (const { stop } of stops) stop();
      await state?.stop();
    },
  };
}

const registriesOf = (control: Registry, members: ReadonlyMap<string, Member>): Map<string, Registry> =>
  new Map([['karmada', control], ...[...members].map(([name, { server }]) => [name, server.registry] as const)]);

/** What a control plane has before anyone uses it, unless it was there already. */
function createBeginnings(control: Registry, clusters: readonly ClusterSettings[]): void {
  for (const name of ['default', 'karmada-system', 'karmada-cluster']) {
    if (control.store.get(NAMESPACE, undefined, name)) continue;
    control.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager: 'karmada' });
  }
  for (const [index, settings] of clusters.entries()) {
    if (control.store.get(CLUSTER, undefined, settings.name)) continue;
    control.create(CLUSTER, clusterObject(settings, 6443 + index), { manager: 'karmadactl' });
  }
}

/** Karmada's webhook gives every policy the id by which its objects are known. */
function markPolicies({ registry }: ApiServer): () => void {
  const label = 'propagationpolicy.karmada.io/permanent-id';
  return registry.store.onChange(({ type, resource, object }) => {
    if (resource !== PROPAGATION_POLICY || type === 'DELETED' || object.metadata.labels?.[label]) return;
    const labels = { ...object.metadata.labels, [label]: randomUUID() };
    registry.update(resource, { ...object, metadata: { ...object.metadata, labels } }, { manager: 'karmada-webhook' });
  });
}

import { GPU, quantity } from '../../contract/quantity.ts';
import { POD } from '../kube/kinds.ts';
import { listAt, pick, sameJson, textAt, timestamp } from '../kube/objects.ts';
import type { Registry } from '../kube/registry.ts';
import { type ClusterUse, clusterStatus } from './clusters.ts';
import { CLUSTER } from './kinds.ts';
import type { Member } from './member.ts';

/** Karmada's look at each member: a Cluster turns not ready a while after it went out of reach, and tells what is in use. */
export function watchReadiness(
  control: Registry,
  members: ReadonlyMap<string, Member>,
  isReachable: (cluster: string) => boolean,
  notReadyAfterMs: number,
): { stop(): void } {
  const unreachableSince = new Map<string, number>();
  const readySince = new Map<string, { ready: boolean; since: string }>();

  function look(name: string, member: Member): void {
    if (isReachable(name)) unreachableSince.delete(name);
    else if (!unreachableSince.has(name)) unreachableSince.set(name, Date.now());
    const lost = unreachableSince.get(name);
    const ready = lost === undefined || Date.now() - lost < notReadyAfterMs;
    const known = readySince.get(name);
    const since = known?.ready === ready ? known.since : timestamp();
    readySince.set(name, { ready, since });
    const status = clusterStatus(member.settings, ready, since, inUse(member));
    const cluster = control.store.get(CLUSTER, undefined, name);
    if (cluster && !sameJson(cluster.status, status)) control.setStatus(CLUSTER, undefined, name, status);
  }

  const lookAtAll = (): void => {
    for (const [name, member] of members) look(name, member);
  };
  lookAtAll();
  const timer = setInterval(lookAtAll, Math.min(1_000, Math.max(20, notReadyAfterMs / 4)));
  return { stop: () => clearInterval(timer) };
}

function inUse({ server }: Member): ClusterUse {
  const running = server.registry.store.list(POD).filter((pod) => textAt(pod, 'status', 'phase') === 'Running');
  const sum = (resource: string): number =>
    running
      .flatMap((pod) => listAt(pod, 'spec', 'containers'))
      .reduce<number>(
        (total, container) => total + quantity(String(pick(container, 'resources', 'requests', resource) ?? '')),
        0,
      );
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return {
    pods: running.length,
    cpu: rounded(sum('cpu')),
    memoryGi: rounded(sum('memory') / 2 ** 30),
    gpus: sum(GPU),
  };
}

import type { SimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';

export interface SimulatedPod {
  write(...lines: string[]): void;
  phase(phase: 'Pending' | 'Running' | 'Succeeded'): void;
  /** Its container crashes and is started again, as the kubelet does it. */
  startAgain(): void;
  remove(): void;
}

/** A pod in a member, with one container that runs and writes what the test says. */
export function runPod(
  simulated: SimulatedKarmada,
  cluster: string,
  pod: { namespace: string; name: string; container: string; labels: Record<string, string> },
): SimulatedPod {
  const { namespace, name, container, labels } = pod;
  const { server, logs } = simulated.member(cluster);
  const spec = { containers: [{ name: container, image: 'ray' }] };
  server.registry.create(
    POD,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec },
    { manager: 'test' },
  );
  server.registry.setStatus(POD, namespace, name, { phase: 'Running' });
  const stored = (): StoredObject => {
    const found = server.registry.store.get(POD, namespace, name);
    if (!found) throw new Error(`pod ${name} is gone`);
    return found;
  };
  return {
    write: (...lines) => {
      for (const line of lines) logs.write(stored(), container, line);
    },
    phase(phase) {
      server.registry.setStatus(POD, namespace, name, { phase });
      if (phase === 'Succeeded') logs.end(stored());
    },
    startAgain() {
      const finishedAt = new Date().toISOString();
      logs.startAgain(stored(), container);
      const lastState = { terminated: { exitCode: 1, reason: 'Error', finishedAt } };
      const state = { running: { startedAt: finishedAt } };
      const containerStatuses = [{ name: container, ready: true, restartCount: 1, state, lastState }];
      server.registry.setStatus(POD, namespace, name, { phase: 'Running', containerStatuses });
    },
    remove() {
      logs.forget(stored().metadata.uid);
      server.registry.delete(POD, namespace, name);
    },
  };
}

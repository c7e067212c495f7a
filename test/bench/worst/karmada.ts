import { LABELS } from '../../../service/contract.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { NAMESPACE, POD } from '../../../service/local/kube/kinds.ts';

// A control plane in a process of its own, in whose members nothing moves; member1 is full of pods as a cluster writes them.

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
process.send?.(0);

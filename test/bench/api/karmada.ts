import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';

// A control plane in a process of its own, in whose members nothing ever moves.

const karmada = await startSimulatedKarmada({ speed: 0 });
await karmada.writeKubeconfig(process.env.KUBECONFIG ?? '');
process.send?.(0);

import { simulatedBase } from '../flow/base.ts';
import { describeFlows } from '../flow/flows.ts';
import { realBase, realKarmada } from './real-base.ts';

const real = realKarmada(process.env);
if (!real) {
  console.log(
    'KARMADA_KUBECONFIG is not set: running against the simulated Karmada. See test/contract/README.md for a real one.',
  );
}

describeFlows(() => (real ? realBase(real) : simulatedBase()));

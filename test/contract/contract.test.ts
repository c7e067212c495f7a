import { simulatedBase } from '../flow/base.ts';
import { describeFlows } from '../flow/flows.ts';
import { describeLostCluster } from './lost-cluster.ts';
import { describeOperator } from './operator.ts';
import { realBase, realKarmada } from './real-base.ts';
import { describeReports } from './reports.ts';
import { describeRequests } from './requests.ts';
import { describeTroubles } from './troubles.ts';

const real = realKarmada(process.env);
if (!real) {
  console.log(
    'KARMADA_KUBECONFIG is not set: running against the simulated Karmada. See test/contract/README.md for a real one.',
  );
}

const startBase = () => (real ? realBase(real) : simulatedBase({ speed: 0, notReadyAfterMs: 500 }));
describeFlows(startBase);
describeOperator(startBase);
describeReports(startBase);
describeRequests(startBase);
describeTroubles(startBase);
describeLostCluster(startBase);

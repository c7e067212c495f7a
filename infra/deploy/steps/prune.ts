import { writeLedger } from '../applied/ledger.ts';
import { prune } from '../applied/prune.ts';
import { withDeployed } from '../applied/record.ts';
import { type Step, wantedOf } from '../step.ts';

/** What an earlier deployment had and this one has not: removed only when the new one runs. */
export const pruning: Step = {
  title: 'Pruning',
  async run(deployment, say) {
    const wanted = wantedOf(deployment);
    const removed: string[] = [];
    for (const part of wanted.parts) removed.push(...(await prune(deployment, part, say)));
    const { ledger, target } = deployment;
    const next = withDeployed(ledger.record, wanted, new Date());
    deployment.ledger = await writeLedger(target, ledger, next, wanted.parts.includes('platform'));
    return removed.length > 0 ? `removed ${removed.join(', ')}` : 'nothing to remove';
  },
};

import { NAMESPACE } from '../../../service/kube/kinds.ts';
import { writeLedger } from '../applied/ledger.ts';
import { withBegun } from '../applied/record.ts';
import { StepFailure } from '../failure.ts';
import { apply } from '../kube/apply.ts';
import { type Step, wantedOf } from '../step.ts';

/** The namespace, and in it what is about to be done: from here on nothing of it can be lost. */
export const record: Step = {
  title: 'Record',
  async run(deployment) {
    const { flags, ledger, target } = deployment;
    // Of a rollback too: the namespace is older than any deployment.
    const namespace = target.objects.platform.find(({ kind }) => kind === 'Namespace');
    if (namespace) await apply(target.management, namespace, { force: flags.forceConflicts ?? false });
    else if (!(await target.management.kube.get(NAMESPACE, { namespace: null, name: target.namespace }))) {
      throw new StepFailure(`the namespace ${target.namespace} is not there, and namespace.create is off: make it`);
    }
    const next = withBegun(ledger.record, wantedOf(deployment));
    deployment.ledger = await writeLedger(target, ledger, next, false);
    const where = `ConfigMap ${target.parent.name}`;
    if (deployment.ledger.version !== ledger.version) return where;
    return `${where}, as ${next.begun === undefined ? 'deployed' : 'begun'} before`;
  },
};

import { apply } from '../kube/apply.ts';
import { type Step, StepFailure } from '../step.ts';

/** The namespace, and in it what is about to be done: from here on nothing of it can be lost. */
export const record: Step = {
  title: 'Revision',
  async run(deployment) {
    const { flags, target, way } = deployment;
    // Of a rollback too: the namespace is older than any revision.
    const namespace = target.objects.platform.find(({ kind }) => kind === 'Namespace');
    if (namespace) await apply(target.management, namespace, { force: flags.forceConflicts ?? false });
    else if (!(await target.management.api.find(`/api/v1/namespaces/${target.namespace}`))) {
      throw new StepFailure(`the namespace ${target.namespace} is not there, and namespace.create is off: make it`);
    }
    return way.begin(deployment);
  },
};

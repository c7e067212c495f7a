import { apply } from '../kube/apply.ts';
import { writeRevision } from '../revisions.ts';
import { type Step, StepFailure } from '../step.ts';

/** The namespace, and in it what is about to be applied: from here on nothing of it can be lost. */
export const record: Step = {
  title: 'Revision',
  async run(deployment) {
    const { earlier, flags, objects, target } = deployment;
    const namespace = objects.platform.find(({ kind }) => kind === 'Namespace');
    if (namespace) await apply(target.management, namespace, { force: flags.forceConflicts ?? false });
    else if (!(await target.management.api.find(`/api/v1/namespaces/${target.namespace}`))) {
      throw new StepFailure(`the namespace ${target.namespace} is not there, and namespace.create is off: make it`);
    }
    const { environment } = target;
    deployment.revision = await writeRevision(target, { environment, objects }, earlier);
    const { number, state } = deployment.revision;
    const same = number === earlier[0]?.number;
    return `${number}${same ? `, as ${state === 'deployed' ? 'deployed' : 'begun'} before` : ''}`;
  },
};

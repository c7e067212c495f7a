import { applyAll } from '../kube/apply.ts';
import { clusterOf } from '../parts.ts';
import { forKarmada, forPlatform, type Step, toApply } from '../step.ts';

/** What the backend may do in Karmada and in its members, or a whole stack that Karmada brings to these. */
export const karmadaObjects: Step = {
  title: 'Objects in Karmada',
  skipped: forKarmada,
  run: (deployment, say) =>
    applyAll(clusterOf(deployment.target, 'karmada'), toApply(deployment, 'karmada'), deployment.flags, say),
};

export const applyObjects: Step = {
  title: 'Manifests',
  skipped: forPlatform,
  run: (deployment, say) =>
    applyAll(deployment.target.management, toApply(deployment, 'platform'), deployment.flags, say),
};

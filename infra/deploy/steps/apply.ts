import { forPlatform, type Step } from '../step.ts';

export const applyObjects: Step = {
  title: 'Manifests',
  skipped: forPlatform,
  run: (deployment, say) => deployment.way.install(deployment, 'platform', say),
};

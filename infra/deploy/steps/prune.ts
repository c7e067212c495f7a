import type { Step } from '../step.ts';

/** What an earlier deployment had and this one has not: removed only when the new one runs. */
export const prune: Step = {
  title: 'Pruning',
  run: (deployment, say) => deployment.way.finish(deployment, say),
};

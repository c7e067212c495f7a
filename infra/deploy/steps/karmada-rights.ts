import { forKarmada, type Step } from '../step.ts';

/** What the backend may do in Karmada and in its members. */
export const karmadaRights: Step = {
  title: 'Rights in Karmada',
  skipped: forKarmada,
  run: (deployment, say) => deployment.way.install(deployment, 'karmada', say),
};

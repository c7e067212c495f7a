import { forKarmada, type Step, StepFailure } from '../step.ts';
import { applyAll } from './apply.ts';

/** What the backend may do in Karmada and in its members. */
export const karmadaRights: Step = {
  title: 'Rights in Karmada',
  skipped: forKarmada,
  run({ flags, objects, target }, say) {
    if (!target.karmada) throw new StepFailure('there is no Karmada');
    return applyAll(target.karmada, objects.karmada, flags.forceConflicts ?? false, say);
  },
};

import type { UtilisationRules } from '../utilisation/utilisation.ts';
import type { SettingValues } from './settings.ts';

/** Of settings without a mistake. */
export function utilisationOf(values: SettingValues): UtilisationRules | null {
  const { utilisationIdleAfter, utilisationIdlePercent, utilisationInterval, utilisationService } =
    values as Required<SettingValues>;
  return utilisationService === undefined
    ? null
    : {
        ...utilisationService,
        intervalMs: utilisationInterval,
        idlePercent: utilisationIdlePercent,
        idleAfterMs: utilisationIdleAfter,
      };
}

import type { ServicePort } from '../kube/kube.ts';
import type { SettingValues } from './settings.ts';

/** Who tells what jobs use, and what is made of it. */
export interface UtilisationConfig {
  /** Of each member: a Prometheus, or what speaks like one. */
  readonly service: ServicePort;
  /** Before /api/v1/query; empty: nothing. */
  readonly path: string;
  readonly intervalMs: number;
  readonly idlePercent: number;
  /** 0: nobody is told of idle GPUs. */
  readonly idleAfterMs: number;
}

/** Of settings without a mistake. */
export function utilisationOf(values: SettingValues): UtilisationConfig | null {
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

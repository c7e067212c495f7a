import type { Attempt } from './attempt.ts';
import { claimOf } from './checkpoints.ts';
import { configMapOf } from './config-map.ts';
import { jobOf } from './job.ts';
import { headlessServiceOf } from './service.ts';

/**
 * What an attempt consists of. The Job comes last: it is made when all that its pods need is there, so that a refused
 * ConfigMap keeps a training from running without it.
 */
export function childrenOf(attempt: Attempt) {
  return {
    claim: claimOf(attempt.job),
    configMap: configMapOf(attempt),
    service: headlessServiceOf(attempt.job),
    job: jobOf(attempt),
  };
}

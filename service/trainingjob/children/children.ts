import type { Attempt } from './attempt.ts';
import { claimOf } from './checkpoints.ts';
import { configMapOf } from './config-map.ts';
import { jobOf } from './job.ts';
import { podGroupOf } from './pod-group.ts';
import { headlessServiceOf } from './service.ts';

/**
 * What an attempt consists of; each is made when it is asked for. The Job comes last: it is made when all that its pods need is
 * there, so that a refused ConfigMap keeps a training from running without it.
 */
export const childrenOf = (attempt: Attempt) => ({
  get claim() {
    return claimOf(attempt.job);
  },
  get configMap() {
    return configMapOf(attempt);
  },
  get service() {
    return headlessServiceOf(attempt.job);
  },
  get podGroup() {
    return podGroupOf(attempt);
  },
  get job() {
    return jobOf(attempt);
  },
});

import type { Kind } from '../kube/kinds.ts';
import { API, API_VERSION } from '../trainingjob/index.ts';

export const TRAINING_JOB: Kind = { apiVersion: API_VERSION, kind: API.kind, plural: API.plural, namespaced: true };
export const BATCH_JOB: Kind = { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true };
export const POD_GROUP: Kind = {
  apiVersion: 'scheduling.k8s.io/v1beta1',
  kind: 'PodGroup',
  plural: 'podgroups',
  namespaced: true,
};

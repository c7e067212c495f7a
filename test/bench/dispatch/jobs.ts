import { newJobId, objectNameOf } from '../../../service/jobs/ids.ts';
import type { JobSpec } from '../../../service/jobs/manifests/index.ts';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import type { NewJob } from '../../../service/store/store.ts';

/** As the API makes one from a small request. */
export function newJob(): NewJob {
  const parsed = parseJobRequest({ jobName: 'bench', namespace: 'bench', algorithm: { algorithmName: 'xgboost' } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const id = newJobId('bench');
  return {
    id,
    objectName: objectNameOf(id),
    kind: 'RayJob',
    algorithm: 'xgboost',
    request: parsed.request,
    retryOf: null,
    createdBy: 'bench',
  };
}

export const specOf = ({ id, objectName, kind, request }: NewJob): JobSpec => ({
  id,
  objectName,
  kind,
  request,
  namespace: request.namespace,
  priority: request.priority,
  wanted: 'run',
  retryOf: null,
  recovery: null,
});

export const MANIFESTS = {
  rayImage: 'rayproject/ray:2.46.0',
  credentialsSecret: 'mlplatform-object-storage',
  storageClass: null,
} as const;

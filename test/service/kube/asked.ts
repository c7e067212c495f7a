import { kubeError } from '../../../service/kube/failures.ts';
import type { Asked } from '../../../service/kube/server.ts';

/** A request, for what reads its answer. */
export const ASKED: Asked = {
  method: 'GET',
  server: { title: 'Cluster a', name: 'a', basePath: '', error: (problem) => kubeError({ name: 'a' }, problem) },
  target: { path: '/apis/example.com/v1/widgets', plural: 'widgets', name: null },
};

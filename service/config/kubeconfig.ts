import { z } from 'zod';
import { KubeconfigError, loadKubeconfig } from '../kube/kubeconfig.ts';

/** Path of a kubeconfig that the client can use; read here only to tell its mistakes together with the others. */
export const kubeconfigFile = z.string().superRefine(async (path, context) => {
  try {
    await loadKubeconfig(path);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

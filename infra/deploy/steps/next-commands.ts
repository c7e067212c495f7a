import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../step.ts';
import type { Target } from '../target.ts';
import { chartFolder, writeValues } from '../values-file.ts';

/** All that the objects need is there: how Helm or Argo CD brings them. */
export const nextCommands: Step = {
  title: 'Next',
  async run({ flags, target }) {
    const { environment, planned, stack } = target;
    const file = flags.valuesFile ?? join('dist', `${stack}-${environment}.values.yaml`);
    writeValues(stack, planned.settings, file);
    return [`${file} has the settings in use as values`, 'With Helm:', helm(target, file), ...argocd(target)].join(
      '\n',
    );
  },
};

function helm({ instance, kubeconfig, namespace, stack }: Target, file: string): string {
  const { context, path } = kubeconfig;
  const where = [`--kubeconfig ${path}`, ...(context === undefined ? [] : [`--kube-context ${context}`])].join(' ');
  return `  helm upgrade --install ${instance} ${chartFolder(stack)} --namespace ${namespace} --values ${file} --wait ${where}`;
}

/** An environment of the user's own is no folder of the repository, unless it was synthesized there. */
function argocd({ environment, stack }: Target): string[] {
  const folder = join('charts-out', stack, environment, 'argocd');
  return existsSync(folder) ? ['With Argo CD:', `  kubectl apply -f ${folder}`] : [];
}

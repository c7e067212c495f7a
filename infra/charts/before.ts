import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';

/** With the default values; the notes after an installation say it for the values given. */
export function before(needed: readonly CreatedAtDeploy[], namespace: string): string {
  const lines = needed
    .filter(({ kind }) => kind !== 'PersistentVolumeClaim')
    .map((each) =>
      [`# ${each.what}${each.madeBy === undefined ? '' : ` (${each.madeBy})`}`, command(each, namespace)].join('\n'),
    );
  if (lines.length === 0) return '';
  return `
## Before

Secrets are in no chart. The pods wait for these, which \`npm run deploy\` makes by itself; each file holds the value of one key:

\`\`\`sh
kubectl create namespace ${namespace}
${lines.join('\n')}
\`\`\`
`;
}

function command({ keys, kind, name }: CreatedAtDeploy, namespace: string): string {
  const what = kind === 'Secret' ? 'secret generic' : 'configmap';
  return `kubectl --namespace ${namespace} create ${what} ${name} ${keys.map((key) => `--from-file=${key}`).join(' ')}`;
}

import { KUBECONFIG_SECRET } from '../../../service/contract.ts';
import { broughtByUser, type CreatedAtDeploy, postgresSecrets } from '../../constructs/created-at-deploy.ts';
import { TOKENS_KEY } from './backend.ts';
import type { Settings } from './settings.ts';
import { POSTGRES } from './stack.ts';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { auth, backend, database, exposure } = settings;
  const { secretName, source } = exposure.ingress.tls;
  const kubeconfigs: CreatedAtDeploy = {
    kind: 'Secret',
    name: backend.kubeconfigSecret,
    keys: [KUBECONFIG_SECRET.karmada, KUBECONFIG_SECRET.mgmt],
    what: 'kubeconfigs of the Karmada control plane and of the management cluster',
  };
  const tokens: CreatedAtDeploy = {
    kind: 'Secret',
    name: auth.tokensSecret,
    keys: [TOKENS_KEY],
    what: 'hashed tokens of those who may call the API (npm run hash-token)',
  };
  const certificate: CreatedAtDeploy = {
    kind: 'Secret',
    name: secretName,
    keys: ['tls.crt', 'tls.key'],
    what: 'certificate of the Ingress',
    madeBy: source === 'certManager' ? 'cert-manager' : 'the administrator',
  };
  return [
    kubeconfigs,
    ...postgresSecrets(POSTGRES, database),
    ...(auth.mode === 'tokens' ? [tokens] : []),
    ...(exposure.type === 'ingress' && source !== 'none' ? [certificate] : []),
    ...broughtByUser(settings),
  ];
}

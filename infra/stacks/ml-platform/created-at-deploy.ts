import { KUBECONFIG_SECRET } from '../../../service/contract.ts';
import {
  broughtByUser,
  type CreatedAtDeploy,
  ingressSecrets,
  postgresSecrets,
} from '../../constructs/created-at-deploy.ts';
import { TOKENS_KEY } from './backend.ts';
import type { Settings } from './settings.ts';
import { POSTGRES } from './stack.ts';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { auth, backend, database, exposure } = settings;
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
  return [
    kubeconfigs,
    ...postgresSecrets(POSTGRES, database),
    ...(auth.mode === 'tokens' ? [tokens] : []),
    ...(exposure.type === 'ingress' ? ingressSecrets(exposure.ingress) : []),
    ...broughtByUser(settings),
  ];
}

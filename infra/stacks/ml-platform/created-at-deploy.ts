import { KUBECONFIG_SECRET, STORAGE_KEYS } from '../../../service/contract.ts';
import {
  broughtByUser,
  type CreatedAtDeploy,
  exposureSecrets,
  postgresSecrets,
} from '../../constructs/created-at-deploy.ts';
import { AUTHORITY_KEY, METRICS_TOKEN_KEY, PROGRESS_KEY, TOKENS_KEY, WEBHOOK_SECRET_KEY } from './backend.ts';
import { TOKEN_KEY } from './check.ts';
import type { Settings } from './settings.ts';
import { POSTGRES } from './stack.ts';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const { auth, backend, check, database, exposure, objectStorage, progress, webhook } = settings;
  const kubeconfigs: CreatedAtDeploy = {
    kind: 'Secret',
    name: backend.kubeconfigSecret,
    keys: [KUBECONFIG_SECRET.karmada, KUBECONFIG_SECRET.mgmt],
    what: 'kubeconfigs of the Karmada control plane and of the management cluster',
    isIssued: true,
  };
  const tokens: CreatedAtDeploy = {
    kind: 'Secret',
    name: auth.tokensSecret,
    keys: [TOKENS_KEY],
    what: 'hashed tokens of those who may call the API (npm run hash-token)',
  };
  const token: CreatedAtDeploy = {
    kind: 'Secret',
    name: check.tokenSecret,
    keys: [TOKEN_KEY],
    what: 'token with which the check submits a job',
    madeBy: 'the administrator',
  };
  const signing: CreatedAtDeploy = {
    kind: 'Secret',
    name: webhook.secret,
    keys: [WEBHOOK_SECRET_KEY],
    what: 'what messages of the webhook are signed with; their receiver has to know it, too',
  };
  const metrics: CreatedAtDeploy = {
    kind: 'Secret',
    name: backend.metrics.tokenSecret,
    keys: [METRICS_TOKEN_KEY],
    what: 'token with which Prometheus reads the metrics',
  };
  const reports: CreatedAtDeploy = {
    kind: 'Secret',
    name: progress.keySecret,
    keys: [PROGRESS_KEY],
    what: 'key from which the tokens of the jobs that report are derived',
  };
  const authority: CreatedAtDeploy = {
    kind: 'Secret',
    name: progress.authoritySecret,
    keys: [AUTHORITY_KEY],
    what: 'certificate of the authority by which pods check the address that they report to',
    madeBy: 'the administrator',
  };
  const storageKeys: CreatedAtDeploy = {
    kind: 'Secret',
    name: objectStorage.keysSecret,
    keys: Object.values(STORAGE_KEYS),
    what: 'keys to the object storage, as whom the backend signs for it',
    madeBy: 'the administrator',
  };
  return [
    kubeconfigs,
    ...postgresSecrets(settings.namePrefix + POSTGRES, database),
    ...(auth.mode === 'tokens' ? [tokens] : []),
    ...(backend.metrics.access === 'token' ? [metrics] : []),
    ...(webhook.enabled ? [signing] : []),
    ...(progress.enabled ? [reports] : []),
    ...(progress.enabled && progress.authoritySecret !== '' ? [authority] : []),
    ...(objectStorage.enabled ? [storageKeys] : []),
    ...(auth.mode !== 'none' && check.tokenSecret !== '' ? [token] : []),
    ...exposureSecrets(exposure),
    ...broughtByUser(settings),
  ];
}

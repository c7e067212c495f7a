import { OPERATOR } from '../../../service/contract.ts';
import { broughtByUser, type CreatedAtDeploy } from '../../constructs/created-at-deploy.ts';
import type { Settings } from './settings.ts';

/** Whether cert-manager makes the certificate of the progress endpoint; else the operator itself does. */
export const isMadeByCertManager = ({ progress }: Settings): boolean =>
  progress.enabled && progress.certificate.madeBy === 'certManager';

export function createdAtDeploy(settings: Settings): CreatedAtDeploy[] {
  const certificate: CreatedAtDeploy = {
    kind: 'Secret',
    name: OPERATOR.certificateSecret,
    keys: ['tls.crt', 'tls.key', 'ca.crt'],
    what: 'certificate of the progress endpoint',
    madeBy: 'cert-manager',
    byName: true,
  };
  return [...(isMadeByCertManager(settings) ? [certificate] : []), ...broughtByUser(settings)];
}

import { readFileSync } from 'node:fs';
import { KUBECONFIG_SECRET } from '../../../service/contract.ts';
import { issueCertificate, stillGood } from '../certificate.ts';
import { StepFailure } from '../failure.ts';
import type { Cluster } from '../kube/cluster.ts';
import { kubeconfigFor, type User, userOf } from '../kubeconfig-file.ts';
import { readSecret, writeSecret } from '../secret.ts';
import { type Deployment, forKarmada, type Step } from '../step.ts';

/** Asked for; an API server may give less. */
const TOKEN_SECONDS = 365 * 24 * 3_600;

/** The backend's own kubeconfig, with the rights that the step before gave it. */
export const karmadaIdentity: Step = {
  title: 'Identity in Karmada',
  skipped: (deployment) =>
    forKarmada(deployment) ?? (deployment.target.platform ? undefined : `${deployment.target.stack} needs none`),
  async run(deployment) {
    const { flags, target } = deployment;
    const { karmada, platform } = target;
    if (!karmada || !platform) throw new StepFailure('the stack does not use Karmada');
    const secret = platform.backend.kubeconfigSecret;
    if (flags.useGivenKubeconfig) {
      await writeSecret(target, secret, {
        [KUBECONFIG_SECRET.karmada]: readFileSync(flags.karmadaKubeconfig ?? '', 'utf8'),
        [KUBECONFIG_SECRET.mgmt]: readFileSync(flags.mgmtKubeconfig ?? '', 'utf8'),
      });
      return `the given kubeconfigs, with all their rights, in the Secret ${secret}`;
    }
    const { kept, user } = await userFor(deployment, karmada, secret);
    const changed = await writeSecret(target, secret, {
      [KUBECONFIG_SECRET.karmada]: kubeconfigFor(await karmada.settings(), user, flags.karmadaServer),
      // The backend is told of this cluster and asks it nothing, so it gets an address and no credentials.
      [KUBECONFIG_SECRET.mgmt]: kubeconfigFor(await target.management.settings(), {}),
    });
    return `${platform.karmada.identity.user}, ${kept ? 'kept' : 'new'}, in the Secret ${secret}${changed ? '' : ' (unchanged)'}`;
  },
};

async function userFor(
  deployment: Deployment,
  karmada: Cluster,
  secret: string,
): Promise<{ user: User; kept: boolean }> {
  const identity = deployment.target.platform?.karmada.identity;
  if (!identity) throw new StepFailure('the stack does not use Karmada');
  if (identity.type === 'serviceAccount') {
    const path = `/api/v1/namespaces/${identity.namespace}/serviceaccounts/${identity.user}/token`;
    const spec = { expirationSeconds: TOKEN_SECONDS };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = await karmada.ask<{ status: { token: string } }>('POST', path, body);
    return { user: { token: status.token }, kept: false };
  }
  const known = userOf((await readSecret(deployment.target, secret))?.[KUBECONFIG_SECRET.karmada]);
  const server = (await karmada.settings()).tls.ca;
  if (known && stillGood(known, identity) && known.ca === caText(server)) return { user: known.user, kept: true };
  return { user: await issueCertificate(karmada, identity, deployment.flags.timeout), kept: false };
}

const caText = (ca: unknown): string | undefined => (ca === undefined ? undefined : String(ca));

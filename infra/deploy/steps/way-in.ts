import type { Kind } from '../../../service/kube/kinds.ts';
import type { WayIn } from '../../stacks/definition.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { addressOf } from '../entrance-address.ts';
import { StepFailure } from '../failure.ts';
import { readSecret } from '../secret.ts';
import { forPlatform, type Step } from '../step.ts';
import type { Target } from '../target.ts';
import { faultsOf } from '../way-in.ts';

const LOOK_EVERY_MS = 2_000;
const AUTHORITY_KEY = 'ca.crt';

const CERTIFICATE: Kind = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
};

const wayInOf = ({ planned: { definition, settings } }: Target): WayIn | undefined => definition.wayIn?.(settings);

/** As people come: certificates, address, HTTPS with the chain and headers that were set, and HTTP that leads there. */
export const wayIn: Step = {
  title: 'Way in',
  skipped: (deployment) => (wayInOf(deployment.target) ? forPlatform(deployment) : 'there is none to prove'),
  async run({ flags, target }, say) {
    const way = wayInOf(target);
    if (!way) throw new StepFailure('there is none');
    const limit = performance.now() + flags.timeout;
    for (;;) {
      const faults = await faultsIn(target, way);
      if (faults.length === 0)
        return `https://${way.host} answers with ${chainOf(way)} and its headers${way.redirects ? ', and HTTP leads there' : ''}`;
      if (performance.now() > limit) throw new StepFailure([...faults, HINT].join('\n  '));
      say(faults[0] ?? '');
      await target.management.pause(LOOK_EVERY_MS);
    }
  },
};

const HINT = 'check.entrance.enabled: false leaves this out, where neither this machine nor a pod reaches it';

const chainOf = ({ trusts }: WayIn): string => (trusts === 'any' ? 'some chain' : 'a chain that is trusted');

/** One after the other, for each needs the one before it. */
async function faultsIn(target: Target, way: WayIn): Promise<string[]> {
  const unready = (await Promise.all(ofKind(target, 'Certificate').map((each) => whyNotReady(target, each)))).flat();
  if (unready.length > 0) return unready;
  const [ingress] = ofKind(target, 'Ingress');
  const address = ingress ? await addressOf(target, ingress.metadata.name) : way.host;
  if (address === undefined) return ['the Ingress has no address'];
  const { signal } = target;
  if (typeof way.trusts !== 'object') return faultsOf(way, { address, signal });
  const secret = await readSecret(target, way.trusts.secret);
  if (!secret) return [`the Secret ${way.trusts.secret} is not there`];
  const { [AUTHORITY_KEY]: authority } = secret;
  return faultsOf(way, { address, signal, ...(authority && { authority }) });
}

const ofKind = ({ objects }: Target, kind: string): KubeObject[] =>
  objects.platform.filter((object) => object.kind === kind);

interface CertificateStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
}

async function whyNotReady({ management, namespace }: Target, { metadata: { name } }: KubeObject): Promise<string[]> {
  const found = await management.kube.get(CERTIFICATE, { namespace, name });
  const ready = (found?.status as CertificateStatus | undefined)?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return [];
  return [`Certificate ${name} is not Ready: ${ready?.message ?? 'cert-manager has not said anything yet'}`];
}

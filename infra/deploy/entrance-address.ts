import { INGRESS } from '../../service/kube/kinds.ts';
import { StepFailure } from './failure.ts';
import { forPlatform, type Step } from './step.ts';
import type { Target } from './target.ts';

const LOOK_EVERY_MS = 2_000;

interface Place {
  readonly ip?: string;
  readonly hostname?: string;
}
interface IngressStatus {
  readonly loadBalancer?: { readonly ingress?: readonly Place[] };
}

/** The variable by which the settings learn the address of the stack's entrance, where they do not have it yet. */
export const addressVariable = ({ planned: { definition, settings } }: Target): string | undefined =>
  definition.unknownEntrance?.(settings)?.variable;

/** The address that the stack's Ingress has; undefined: it has none, or is not there. */
export async function entranceAddress(target: Target): Promise<string | undefined> {
  const { definition, settings } = target.planned;
  const entrance = definition.unknownEntrance?.(settings);
  if (!entrance) return undefined;
  const { ip } = await whereIs(target, entrance.ingress);
  return ip;
}

/** An IP address, or the name that some load balancers have in its place. */
export async function addressOf(target: Target, ingress: string): Promise<string | undefined> {
  const { hostname, ip } = await whereIs(target, ingress);
  return ip ?? hostname;
}

async function whereIs({ management, namespace }: Target, name: string): Promise<Place> {
  const found = await management.kube.get(INGRESS, { namespace, name });
  const places = (found?.status as IngressStatus | undefined)?.loadBalancer?.ingress ?? [];
  return places.find(({ ip }) => ip !== undefined) ?? places[0] ?? {};
}

/** A load balancer gets its address some minutes after its Ingress is there. */
export const awaitAddress: Step = {
  title: 'Address',
  skipped: (deployment) =>
    addressVariable(deployment.target) === undefined ? 'nothing hangs on it' : forPlatform(deployment),
  async run({ flags, target }, say) {
    const limit = performance.now() + flags.timeout;
    for (;;) {
      const address = await entranceAddress(target);
      if (address !== undefined) return `${address}; what hangs on it follows`;
      if (performance.now() > limit)
        throw new StepFailure(
          `the Ingress of ${target.stack} has no address after ${flags.timeout / 1000} s: kubectl -n ${target.namespace} describe ingress tells why`,
        );
      say('waits for the load balancer');
      await target.management.pause(LOOK_EVERY_MS);
    }
  },
};

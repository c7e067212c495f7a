import { INGRESS } from '../../service/kube/kinds.ts';
import { StepFailure } from './failure.ts';
import { forPlatform, type Step } from './step.ts';
import type { Target } from './target.ts';

const LOOK_EVERY_MS = 2_000;

interface IngressStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
}

/** The variable by which the settings learn the address of the stack's entrance, where they do not have it yet. */
export const addressVariable = ({ planned: { definition, settings } }: Target): string | undefined =>
  definition.unknownEntrance?.(settings)?.variable;

/** The address that the stack's Ingress has; undefined: it has none, or is not there. */
export async function entranceAddress({ management, namespace, planned }: Target): Promise<string | undefined> {
  const entrance = planned.definition.unknownEntrance?.(planned.settings);
  if (!entrance) return undefined;
  const found = await management.kube.get(INGRESS, { namespace, name: entrance.ingress });
  return (found?.status as IngressStatus | undefined)?.loadBalancer?.ingress?.find(({ ip }) => ip !== undefined)?.ip;
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

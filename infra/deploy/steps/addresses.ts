import { KubeError } from '../../../service/kube/errors.ts';
import { NODE } from '../../../service/kube/kinds.ts';
import { textOf, wayTo } from '../../notes/notes.ts';
import { entrances } from '../../stacks/entrances.ts';
import { forPlatform, type Step } from '../step.ts';
import type { Target } from '../target.ts';

/** Where the stack is reached, and what to do first. */
export const addresses: Step = {
  title: 'Addresses',
  skipped: forPlatform,
  async run({ objects, target }) {
    const node = await nodeAddress(target);
    const ways = entrances(target.synthesis.workloads, objects.platform, node);
    const { definition, settings } = target.planned;
    const first = definition.firstSteps?.(settings, ways) ?? [];
    return [...ways.flatMap(wayTo), textOf(first)].filter((part) => part !== '').join('\n');
  },
};

interface NodeStatus {
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
}

/** Of a node as seen from outside, if it has such an address; to read nodes is not a right that a deployment needs. */
async function nodeAddress({ management }: Target): Promise<string | undefined> {
  const nodes = await management.kube.list(NODE).catch((error: unknown) => {
    if (error instanceof KubeError && error.failure === 'forbidden') return { items: [] };
    throw error;
  });
  const all = nodes.items.flatMap(({ status }) => (status as NodeStatus | undefined)?.addresses ?? []);
  const byType = (type: string) => all.find((each) => each.type === type)?.address;
  return byType('ExternalIP') ?? byType('InternalIP');
}

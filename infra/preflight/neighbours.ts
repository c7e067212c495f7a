import { POD } from '../../service/kube/kinds.ts';
import type { Kube, KubeObject } from '../../service/kube/kube.ts';
import { INSTANCE } from '../constructs/labels.ts';
import { ifAllowed } from './cluster.ts';

/** A namespace, and by which values of labels one knows the pods that belong to the stack. */
export interface Neighbourhood {
  readonly namespace: string;
  /** That others are there is known: what is written is for the stack's own pods alone. */
  readonly shared: boolean;
  readonly instance: string;
  /** Clusters that operators run, and releases of charts of others: these make the pods, with labels of their own. */
  readonly makers: readonly string[];
  /** What the stack writes there that would hold for all pods. */
  readonly holdsForAll: readonly string[];
}

/** Pods of others, on which the namespace's rules would fall as well; what may not be read is not told of. */
export async function neighbourWarnings(kube: Kube, where: Neighbourhood): Promise<string[]> {
  const { holdsForAll, namespace, shared } = where;
  if (shared || holdsForAll.length === 0) return [];
  const pods = (await ifAllowed(kube.list(POD, { namespace })))?.items ?? [];
  const others = pods.filter((pod) => !isOwn(pod, where)).map(({ metadata }) => metadata.name);
  if (others.length === 0) return [];
  const some = others.slice(0, 3).join(', ') + (others.length > 3 ? ` and ${others.length - 3} more` : '');
  return [
    `${holdsForAll.join(', ')} would hold for pods of others in the namespace ${namespace} too (${some}): set namespace.shared to true, or choose a namespace of its own`,
  ];
}

function isOwn({ metadata: { labels = {} } }: KubeObject, { instance, makers }: Neighbourhood): boolean {
  if (labels[INSTANCE] === instance) return true;
  return Object.values(labels).some((value) =>
    makers.some((maker) => value === maker || value.startsWith(`${maker}-`)),
  );
}

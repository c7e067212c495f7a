import { KINDS, LABELS } from '../contract.ts';
import { createKube } from '../kube/client.ts';
import { isNotServed } from '../kube/errors.ts';
import type { Identity } from '../kube/identity.ts';
import { NAMESPACE } from '../kube/kinds.ts';
import type { RequestReport as KubeReport } from '../kube/meter.ts';
import { memberCluster } from './clusters.ts';
import { karmadaError } from './failures.ts';
import type { Karmada, MemberCluster, Placement } from './karmada.ts';
import { kindOf } from './kinds.ts';
import { createMember } from './member.ts';
import { createOverview } from './overview.ts';
import { bindingName, placementOf } from './placement.ts';

/** Owns our fields in every object that we apply: never rename it, or the fields of running jobs get a second owner. */
const FIELD_MANAGER = 'ml-platform';

/** Longer than the 10 s after which Karmada's proxy gives up a member, so that its reason is heard. */
const TIMEOUT_MS = 15_000;

export interface RequestReport extends Omit<KubeReport, 'server'> {
  /** null for the control plane */
  readonly cluster: string | null;
}

export interface KarmadaOptions {
  readonly onRequest?: (report: RequestReport) => void;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const noneIfNotServed = <T>(answer: Promise<T>, none: T): Promise<T> =>
  answer.catch((error: unknown) => {
    if (isNotServed(error)) return none;
    throw error;
  });

/** The client over HTTP; one for the whole process, so that its connections are kept and shared. */
export function createKarmada(identity: Identity, { onRequest, ...options }: KarmadaOptions = {}): Karmada {
  const kube = createKube(identity, {
    timeoutMs: TIMEOUT_MS,
    ...options,
    title: 'Karmada',
    userAgent: 'ml-platform',
    error: (problem) => karmadaError(null, problem),
    ...(onRequest && { onRequest: ({ server, ...report }) => onRequest({ cluster: server, ...report }) }),
  });

  return {
    async clusters(request) {
      const clusters: MemberCluster[] = [];
      for await (const { items } of kube.pages(KINDS.cluster, { resourceVersion: '0' }, request)) {
        for (const cluster of items) clusters.push(memberCluster(cluster));
      }
      return clusters;
    },

    // We are the only ones to say what a job's objects hold: what others wrote into our fields is taken back.
    apply: async (object, request) =>
      kube.apply(kindOf(object), object, { fieldManager: FIELD_MANAGER, force: true, ...request }),

    create: async (object, request) => kube.create(kindOf(object), object, { fieldManager: FIELD_MANAGER, ...request }),

    patch: async (reference, change, request) =>
      kube.patch(kindOf(reference), reference, change, { fieldManager: FIELD_MANAGER, ...request }),

    get: (reference, request) => noneIfNotServed(kube.get(kindOf(reference), reference, request), undefined),

    // Not Foreground: that leaves a finalizer which only a garbage collector takes off, and not every Karmada runs one.
    delete: (reference, options) =>
      noneIfNotServed(
        kube.delete(kindOf(reference), reference, { ...options, propagationPolicy: 'Background' }),
        false,
      ),

    async placement({ kind, namespace, name }, request) {
      const binding = await kube.get(KINDS.resourceBinding, { namespace, name: bindingName(kind, name) }, request);
      return binding && placementOf(binding).placement;
    },

    async placements(kind, request) {
      const placements = new Map<string, Placement>();
      // Bindings carry none of our labels, so all are read; only what is needed of each page is kept.
      for await (const { items } of kube.pages(KINDS.resourceBinding, {}, request)) {
        for (const binding of items) {
          const { kind: ofKind, name, placement } = placementOf(binding);
          if (ofKind === kind) placements.set(name, placement);
        }
      }
      return placements;
    },

    async ownNamespaces(request) {
      const query = { labelSelector: `${LABELS.madeForJobs}=true`, metadataOnly: true };
      const { items } = await kube.list(NAMESPACE, query, request);
      return items.map(({ metadata }) => ({
        name: metadata.name,
        uid: metadata.uid ?? '',
        createdAt: new Date(metadata.creationTimestamp ?? 0),
        isLeaving: metadata.deletionTimestamp !== undefined,
      }));
    },

    async hasBindings(namespace, request) {
      const query = { namespace, metadataOnly: true, limit: 1 };
      return (await kube.list(KINDS.resourceBinding, query, request)).items.length > 0;
    },

    overview: (options) => createOverview(kube, options),
    member: (cluster) => createMember(kube, cluster),
    close: () => kube.close(),
  };
}

import { LABELS } from '../contract.ts';
import { memberCluster } from './clusters.ts';
import { garbled } from './failures.ts';
import type { Karmada, KubeObject, MemberCluster, ObjectReference, Placement, RequestOptions } from './karmada.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { createMember } from './member.ts';
import { parseList, parseObject } from './objects.ts';
import { pagesOf } from './pages.ts';
import { bindingName, placementOf } from './placement.ts';
import { collectionTarget, objectTarget, type Target } from './resources.ts';
import { type Call, createTransport, type TransportOptions } from './transport.ts';

/** Owns our fields in every object that we apply: never rename it, or the fields of running jobs get a second owner. */
export const FIELD_MANAGER = 'ml-platform';

const BINDING = { apiVersion: 'work.karmada.io/v1alpha2', kind: 'ResourceBinding' } as const;
const PAGE = 500;

/** The client over HTTP; one for the whole process, so that its connections are kept and shared. */
export function createKarmada(kubeconfig: Kubeconfig, options: TransportOptions = {}): Karmada {
  const transport = createTransport(kubeconfig, options);

  const onControlPlane = (verb: Call['verb'], method: Call['method'], target: Target): Call => ({
    verb,
    method,
    cluster: null,
    target,
  });

  /** Page by page, so that a control plane with very many objects is never asked for all of them at once. */
  async function* listed(target: Target, query: Call['query'], request: RequestOptions | undefined) {
    const call = { ...onControlPlane('list', 'GET', target), query: { ...query, limit: PAGE } };
    for await (const page of pagesOf(transport, call, parseList, request)) yield* page.items;
  }

  const read = (reference: ObjectReference, request: RequestOptions | undefined): Promise<KubeObject | undefined> =>
    transport.json(onControlPlane('get', 'GET', objectTarget(reference)), parseObject, request);

  return {
    async clusters(request) {
      const target = collectionTarget('cluster.karmada.io/v1alpha1', 'Cluster', null);
      const asked = onControlPlane('list', 'GET', target);
      const clusters: MemberCluster[] = [];
      for await (const cluster of listed(target, { resourceVersion: '0' }, request)) {
        clusters.push(memberCluster(cluster, asked));
      }
      return clusters;
    },

    async apply(object, request) {
      const { apiVersion, kind, metadata } = object;
      const reference = { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
      const call: Call = {
        ...onControlPlane('apply', 'PATCH', objectTarget(reference)),
        // We are the only ones to say what a job's objects hold: what others wrote into our fields is taken back.
        query: { fieldManager: FIELD_MANAGER, force: true },
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(object),
      };
      const applied = await transport.json(call, parseObject, request);
      if (applied === undefined) throw garbled(call, 'that it is not there, though applying creates it');
      return applied;
    },

    get: read,

    async list({ apiVersion, kind, namespace }, request) {
      const labelSelector = `${LABELS.managedBy}=${LABELS.managedByValue}`;
      const objects: KubeObject[] = [];
      for await (const object of listed(collectionTarget(apiVersion, kind, namespace), { labelSelector }, request)) {
        objects.push(object);
      }
      return objects;
    },

    async delete(reference, { uid, ...request } = {}) {
      const call: Call = {
        ...onControlPlane('delete', 'DELETE', objectTarget(reference)),
        contentType: 'application/json',
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          // Not Foreground: that leaves a finalizer which only a garbage collector takes off, and not every Karmada runs one.
          propagationPolicy: 'Background',
          ...(uid !== undefined && { preconditions: { uid } }),
        }),
      };
      return (await transport.json(call, (body) => body, request)) !== undefined;
    },

    async placement({ kind, namespace, name }, request) {
      const reference = { ...BINDING, namespace, name: bindingName(kind, name) };
      const binding = await read(reference, request);
      return binding && placementOf(binding, onControlPlane('get', 'GET', objectTarget(reference))).placement;
    },

    async placements(kind, request) {
      const target = collectionTarget(BINDING.apiVersion, BINDING.kind, null);
      const call = onControlPlane('list', 'GET', target);
      const placements = new Map<string, Placement>();
      // Bindings carry none of our labels, so all are read; only what is needed of each page is kept.
      for await (const binding of listed(target, {}, request)) {
        const { kind: ofKind, name, placement } = placementOf(binding, call);
        if (ofKind === kind) placements.set(name, placement);
      }
      return placements;
    },

    member: (cluster) => createMember(transport, cluster),
    close: () => transport.close(),
  };
}

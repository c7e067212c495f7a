import { z } from 'zod';
import type { KubeObject } from '../kube/kube.ts';
import type { Placement } from './karmada.ts';
import { conditions, understand } from './understand.ts';

const targets = z.array(z.looseObject({ name: z.string() })).nullish();

const bindingSchema = z.looseObject({
  spec: z.looseObject({
    resource: z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      namespace: z.string().default(''),
      name: z.string(),
    }),
    placement: z.looseObject({}).nullish(),
    clusters: targets,
    /** What no policy places goes where the objects are that require it; its own clusters stay empty. */
    requiredBy: z.array(z.looseObject({ clusters: targets })).nullish(),
  }),
  status: z
    .looseObject({
      conditions: conditions.nullish(),
    })
    .prefault({}),
});

/** Karmada names the binding of an object so (colons of RBAC names aside, which ours never have). */
export const bindingName = (kind: string, name: string): string => `${name}-${kind}`.toLowerCase();

interface PlacedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A policy places it; else it follows what needs it. */
  readonly hasPlacement: boolean;
  readonly placement: Placement;
}

/** Where a ResourceBinding says that its object goes. */
export function placementOf(binding: KubeObject): PlacedObject {
  const { spec, status } = understand(bindingSchema, binding, 'ResourceBinding');
  const own = (spec.clusters ?? []).map(({ name }) => name);
  const required = (spec.requiredBy ?? []).flatMap(({ clusters }) => (clusters ?? []).map(({ name }) => name));
  const scheduled = status.conditions?.find(({ type }) => type === 'Scheduled');
  return {
    kind: spec.resource.kind,
    namespace: spec.resource.namespace,
    name: spec.resource.name,
    hasPlacement: spec.placement != null && Object.keys(spec.placement).length > 0,
    placement: {
      clusters: [...new Set([...own, ...required])],
      scheduled: scheduled?.status === 'True' && own.length > 0,
      reason: scheduled?.reason ?? '',
      message: scheduled?.message ?? '',
    },
  };
}

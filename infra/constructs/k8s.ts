// Kubernetes' own kinds, typed for 1.28: the generated classes of cdk8s-plus-28, without its higher-level ones
// (docs/adr/0002 says why). They are required, not imported: an ES import makes Node scan the 2.7 MB file for the
// names it exports, which takes 150 ms of every start; this takes 60 ms.
import { createRequire } from 'node:module';
import type * as generated from 'cdk8s-plus-28/lib/imports/k8s.js';

export type * as K8s from 'cdk8s-plus-28/lib/imports/k8s.js';
export const k8s: typeof generated = createRequire(import.meta.filename)('cdk8s-plus-28/lib/imports/k8s.js');

/** Quantities as the settings hold them ({cpu: '500m'}), in the type that the generated classes want. */
export function quantities(values: Record<string, string>): Record<string, generated.Quantity> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, k8s.Quantity.fromString(value)]));
}

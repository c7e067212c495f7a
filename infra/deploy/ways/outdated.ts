import { idOf, type ObjectKey } from '../kube/resources.ts';
import type { Revision } from '../revisions.ts';
import type { Deployment } from '../step.ts';
import type { Objects } from '../target.ts';
import { clusterOf, partsOf } from './parts.ts';

/** Data outlive the manifests that asked for them. */
const NEVER = new Set(['PersistentVolumeClaim', 'Namespace']);

/** What earlier revisions applied, or somebody else did for us, and this deployment does not. */
export async function outdated(
  { earlier, flags, objects, target }: Deployment,
  part: keyof Objects,
  others: readonly ObjectKey[] = [],
): Promise<ObjectKey[]> {
  if (!partsOf(flags, target).includes(part)) return [];
  const { resources } = clusterOf(target, part);
  // Whether or not an object names its namespace, its path is the same.
  const pathOf = (object: ObjectKey): Promise<string> => resources.pathOf(object).catch(() => idOf(object));
  const wanted = new Set(await Promise.all(objects[part].map(pathOf)));
  const known = [...everApplied(earlier, part), ...others].filter(({ kind }) => !NEVER.has(kind));
  const byPath = new Map(await Promise.all(known.map(async (each) => [await pathOf(each), each] as const)));
  return [...byPath].flatMap(([path, each]) => (wanted.has(path) ? [] : [each]));
}

export function everApplied(revisions: readonly Revision[], part: keyof Objects): ObjectKey[] {
  return [...new Map(revisions.flatMap(({ objects }) => objects[part].map((each) => [idOf(each), each]))).values()];
}

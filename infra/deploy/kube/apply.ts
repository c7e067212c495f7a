import { KubeError } from '../../../service/kube/errors.ts';
import { runOf } from '../../constructs/runs.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { differences } from '../applied/differences.ts';
import { StepFailure } from '../failure.ts';
import { type Cluster, placeIfServed } from './cluster.ts';
import { withFixed } from './fixed.ts';
import { type ObjectKey, titleOf } from './objects.ts';

export const FIELD_MANAGER = 'ml-platform-deploy';

interface ApplyOptions {
  /** Take over fields that others manage. */
  readonly force: boolean;
  readonly dryRun?: boolean;
}

type Change = 'created' | 'changed' | 'unchanged';

/** Server-side apply of one object. */
export async function apply(cluster: Cluster, object: KubeObject, options: ApplyOptions): Promise<Change> {
  const before = await cluster.find(object);
  const after = await applied(cluster, object, options, before);
  if (!before) return 'created';
  // Not by its version: controllers write its status meanwhile.
  return differences(before, after).length === 0 ? 'unchanged' : 'changed';
}

/** One after the other: they are in the order in which they need each other. */
export async function applyAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { forceConflicts: force = false }: { readonly forceConflicts?: boolean },
  say: (text: string) => void,
): Promise<string> {
  const counts: Record<Change, number> = { created: 0, changed: 0, unchanged: 0 };
  for (const object of objects) {
    const change = await apply(cluster, object, { force });
    counts[change] += 1;
    if (change !== 'unchanged') say(`${titleOf(object)} ${change}`);
  }
  return `${counts.created} created, ${counts.changed} changed, ${counts.unchanged} unchanged`;
}

export async function applied(
  cluster: Cluster,
  object: KubeObject,
  { dryRun = false, force }: ApplyOptions,
  before: object | undefined,
): Promise<object> {
  // One that runs once is done: nothing that has changed since makes it run again.
  if (before && runOf(object) !== undefined) return before;
  const { kind, name } = await cluster.placeOf(object);
  const { namespace } = name;
  const possible = withFixed(object, before);
  const whole = { ...possible, metadata: { ...object.metadata, ...(namespace !== null && { namespace }) } };
  const send = () => cluster.kube.apply(kind, whole, { fieldManager: FIELD_MANAGER, force, dryRun });
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // A Job's template cannot be changed: what has been done once is done anew.
    if (error.status === 422 && object.kind === 'Job' && before) {
      if (dryRun) return object;
      await remove(cluster, object, 'Foreground');
      while ((await cluster.find(object)) !== undefined) await cluster.pause(500);
      return send();
    }
    throw new StepFailure(`${titleOf(object)}: ${error.words || error.message}${hintFor(error, object)}`, {
      cause: error,
    });
  }
}

function hintFor({ message, status }: KubeError, object: KubeObject): string {
  const isFixed = status === 422 && /immutable|forbidden: updates to/i.test(message);
  if (isFixed && object.kind === 'PersistentVolumeClaim') {
    return '; a volume keeps its class and access mode, and grows only: give the settings those that it has, or copy its data to another';
  }
  if (isFixed) {
    return `; this cannot be changed: kubectl delete --cascade=orphan ${object.kind.toLowerCase()}/${object.metadata.name} keeps its pods and volumes, and the same command then makes it anew`;
  }
  if (status === 409) return '; --force-conflicts takes these fields over';
  if (status === 403) return '; the kubeconfig needs that right';
  return '';
}

/** false when it was not there. */
export async function remove(
  cluster: Cluster,
  object: ObjectKey,
  propagationPolicy: 'Background' | 'Foreground' = 'Background',
): Promise<boolean> {
  const place = await placeIfServed(cluster, object);
  return place !== undefined && cluster.kube.delete(place.kind, place.name, { propagationPolicy });
}

import type { KubeObject } from '../../synth/synthesize.ts';
import { differences } from '../applied/differences.ts';
import { ApiFailure } from './api.ts';
import type { Cluster } from './cluster.ts';
import { type ObjectKey, titleOf } from './resources.ts';

export const FIELD_MANAGER = 'ml-platform-deploy';

export interface ApplyOptions {
  /** Take over fields that others manage. */
  readonly force: boolean;
  readonly dryRun?: boolean;
}

export type Change = 'created' | 'changed' | 'unchanged';

/** Server-side apply of one object. */
export async function apply(cluster: Cluster, object: KubeObject, options: ApplyOptions): Promise<Change> {
  const path = await cluster.resources.pathOf(object);
  const before = await cluster.api.find<KubeObject>(path);
  const after = await applied(cluster, path, object, options, before !== undefined);
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
  path: string,
  object: KubeObject,
  { dryRun = false, force }: ApplyOptions,
  exists: boolean,
): Promise<KubeObject> {
  const send = () =>
    cluster.api.ask<KubeObject>('PATCH', path, {
      query: { fieldManager: FIELD_MANAGER, force: String(force), ...(dryRun && { dryRun: 'All' }) },
      // JSON is YAML, and JSON.stringify makes no mistakes with quotes.
      contentType: 'application/apply-patch+yaml',
      body: object,
    });
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    // A Job's template cannot be changed: what has been done once is done anew.
    if (error.status === 422 && object.kind === 'Job' && exists) {
      if (dryRun) return object;
      await remove(cluster, object, 'Foreground');
      await gone(cluster, path);
      return send();
    }
    throw new ApiFailure(error.status, `${titleOf(object)}: ${error.message}${hintFor(error, object)}`, {
      cause: error,
    });
  }
}

function hintFor({ message, status }: ApiFailure, object: KubeObject): string {
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
  { api, resources }: Cluster,
  object: ObjectKey,
  propagationPolicy: 'Background' | 'Foreground' = 'Background',
): Promise<boolean> {
  try {
    await api.ask('DELETE', await resources.pathOf(object), { body: { propagationPolicy } });
    return true;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return false;
    throw error;
  }
}

async function gone({ api, pause }: Cluster, path: string): Promise<void> {
  while ((await api.find(path)) !== undefined) await pause(500);
}

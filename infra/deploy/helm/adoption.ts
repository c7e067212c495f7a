import type { KubeObject } from '../../synth/synthesize.ts';
import { FIELD_MANAGER } from '../kube/apply.ts';
import { titleOf } from '../kube/resources.ts';
import { takeOver } from '../kube/take-over.ts';
import type { Deployment } from '../step.ts';
import type { Objects } from '../target.ts';
import { clusterOf, releaseNamespace, releaseOf } from '../ways/parts.ts';

/** As helm calls itself in managedFields, whatever its file is called. */
export const HELM_MANAGER = 'helm';
/** Other ways in which our manifests come into a cluster. */
const OTHER_MANAGERS = new RegExp(`^(${FIELD_MANAGER}|kubectl|argocd)`);
const SHOWN = 3;

/** By these helm knows the objects of a release. */
const ownership = (release: string, namespace: string) => ({
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': namespace },
});

/** An object with what helm itself adds to it. */
export function owned(object: KubeObject, release: string, namespace: string): KubeObject {
  const { annotations, labels } = ownership(release, namespace);
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labels },
      annotations: { ...metadata.annotations, ...annotations },
    },
  };
}

/** Objects that are there and not Helm's: it would refuse to touch them. */
export async function strangers({ flags, objects, target }: Deployment, part: keyof Objects): Promise<string[]> {
  if (flags.adopt || flags.rollback) return [];
  const found = await present(target, part, inRelease(objects, part));
  const { annotations } = ownership(releaseOf(target, part), releaseNamespace(target, part));
  const others = found.filter(({ metadata }) =>
    Object.entries(annotations).some(([key, value]) => metadata.annotations?.[key] !== value),
  );
  if (others.length === 0) return [];
  const names = others.slice(0, SHOWN).map(titleOf).join(', ');
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
  return [
    `${names}${more} ${others.length === 1 ? 'is' : 'are'} there already and not Helm's: leave --helm out as before, or add --adopt to hand them to the release ${releaseOf(target, part)}`,
  ];
}

/** Hands what is there to the release; pods go on running. */
export async function adopt({ objects, target }: Deployment, part: keyof Objects): Promise<void> {
  const cluster = clusterOf(target, part);
  const marks = ownership(releaseOf(target, part), releaseNamespace(target, part));
  for (const object of inRelease(objects, part)) {
    await takeOver(cluster, object, { ...marks, from: (manager) => OTHER_MANAGERS.test(manager), to: HELM_MANAGER });
  }
}

/** The namespace that holds the release is no part of it. */
const inRelease = (objects: Objects, part: keyof Objects): readonly KubeObject[] =>
  part === 'karmada' ? objects.karmada : objects.platform.filter(({ kind }) => kind !== 'Namespace');

async function present(target: Deployment['target'], part: keyof Objects, objects: readonly KubeObject[]) {
  const { api, resources } = clusterOf(target, part);
  const found = await Promise.all(
    objects.map(async (object) => {
      const path = await resources.pathOf(object).catch(() => undefined);
      return path === undefined ? undefined : api.find<KubeObject>(path);
    }),
  );
  return found.flatMap((each) => (each ? [each] : []));
}

import { all, own, type Subject, title } from '../subjects.ts';
import { podsOf } from './pods.ts';

/** What an update or a second sync needs to go through, and to leave alone what has not changed. */
export function updatesGoThrough(subject: Subject): string[] {
  return [...waitsForItself(subject), ...replacesUnchanged(subject)];
}

/** A new pod that must be ready before the old one goes, and needs the volume that the old one holds. */
function waitsForItself(subject: Subject): string[] {
  return own(subject).flatMap((object) => {
    const strategy = (object.spec as { strategy?: { type?: string } } | undefined)?.strategy?.type;
    if (object.kind !== 'Deployment' || strategy === 'Recreate') return [];
    return podsOf([object]).flatMap(({ spec }) => {
      const claims = (spec.volumes ?? []).filter(({ persistentVolumeClaim }) => persistentVolumeClaim);
      const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      return claims
        .filter(({ name }) => mounts.some((mount) => mount.name === name && !mount.readOnly))
        .map(({ name }) => `${title(object)}: a new pod waits for the volume ${name} of the old one`);
    });
  });
}

/** Argo CD applies all objects in each sync, and replacing a Job runs it again. */
function replacesUnchanged(subject: Subject): string[] {
  const replaced = own(subject).filter(({ metadata }) =>
    metadata.annotations?.['argocd.argoproj.io/sync-options']?.includes('Replace=true'),
  );
  const applications = all(subject).filter(({ kind }) => kind === 'Application');
  const careful = applications.every(({ spec }) =>
    (spec as { syncPolicy?: { syncOptions?: string[] } }).syncPolicy?.syncOptions?.includes('ApplyOutOfSyncOnly=true'),
  );
  return careful ? [] : replaced.map((object) => `${title(object)}: every sync of Argo CD replaces it`);
}

import { WORKDIR } from '../../contract.ts';
import type { JobSpec, ManifestSettings } from './manifest.ts';
import { credentialVariables, type FirstStep, plainVariables } from './pod.ts';

/** Of the volume that it is unpacked to; what is larger ends the pod, and not its node. */
const SIZE_LIMIT = '2Gi';

/**
 * What boto3 reads, by which Ray fetches it, and our own program: of a folder in the storage of the platform. Whose folder lies
 * elsewhere says where in ways of their own.
 */
export function storageVariables(
  { request }: JobSpec,
  { objectStorage, workdirs }: ManifestSettings,
): Record<string, string> {
  if (!objectStorage || !workdirs) return {};
  const { bucket, key } = workdirs.at;
  const isOurs = request.workdir?.startsWith(`s3://${bucket}/${key === '' ? '' : `${key}/`}`);
  if (!isOurs) return {};
  return { [WORKDIR.env.endpoint]: objectStorage.endpoint, [WORKDIR.env.region]: objectStorage.region };
}

/** For pods without Ray, which fetches it by itself: unpacked before their program starts, and where that starts. */
export function workdirStep(job: JobSpec, settings: ManifestSettings): FirstStep | null {
  const { workdir } = job.request;
  if (workdir === undefined || !settings.workdirs?.image) return null;
  const mount = { name: 'workdir', mountPath: WORKDIR.directory };
  return {
    mount,
    volume: { name: 'workdir', emptyDir: { sizeLimit: SIZE_LIMIT } },
    container: {
      name: 'workdir',
      image: settings.workdirs.image,
      command: ['node', WORKDIR.program],
      env: [
        ...plainVariables({ [WORKDIR.env.uri]: workdir, ...storageVariables(job, settings) }),
        ...credentialVariables(job, settings),
      ],
      // What it says last is what a person is told.
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: [mount],
    },
  };
}

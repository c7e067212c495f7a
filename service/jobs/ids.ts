import { randomBytes } from 'node:crypto';

/** KubeRay refuses a longer RayJob name: it appends suffixes for the cluster, its service and its pods. */
const MAX_OBJECT_NAME = 47;
const SUFFIX_LENGTH = 8;

/** `<jobName>-<8 hex>`: the form that clients know. A jobName has at most 54 characters, so this is a valid label value. */
export function newJobId(jobName: string, suffix: string = randomBytes(SUFFIX_LENGTH / 2).toString('hex')): string {
  return `${jobName}-${suffix}`;
}

/**
 * The name of every object of the job: its id where KubeRay takes that. KubeRay wants at most 47 characters, so a longer id
 * loses its middle, and a letter in front (DNS-1035), so an id that starts with a digit gets one.
 */
export const objectNameOf = (id: string): string => shortened(/^[a-z]/.test(id) ? id : `j${id}`, SUFFIX_LENGTH);

/**
 * That of the workload of a later attempt: nothing that is still told of the one before can be taken for it. The volume keeps its
 * name, as it is the same volume.
 */
export function attemptNameOf(id: string, tries: number): string {
  return tries === 1 ? objectNameOf(id) : suffixed(id, String(tries));
}

/** The volume that is made for a job; a number above 1 where the ones before were lost with their clusters. */
export const volumeNameOf = (id: string, volume = 1): string =>
  volume === 1 ? objectNameOf(id) : suffixed(id, `v${volume}`);

function suffixed(id: string, suffix: string): string {
  const whole = `${id.slice(-SUFFIX_LENGTH)}-${suffix}`;
  return shortened(`${/^[a-z]/.test(id) ? id : `j${id}`}-${suffix}`, whole.length);
}

function shortened(name: string, suffixLength: number): string {
  if (name.length <= MAX_OBJECT_NAME) return name;
  const start = name.slice(0, MAX_OBJECT_NAME - suffixLength - 1).replace(/-+$/, '');
  return `${start}-${name.slice(-suffixLength)}`;
}

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
export function objectNameOf(id: string): string {
  const name = /^[a-z]/.test(id) ? id : `j${id}`;
  if (name.length <= MAX_OBJECT_NAME) return name;
  const start = name.slice(0, MAX_OBJECT_NAME - SUFFIX_LENGTH - 1).replace(/-+$/, '');
  return `${start}-${name.slice(-SUFFIX_LENGTH)}`;
}

import { createHash } from 'node:crypto';

/** Of what pods read in their ConfigMap, to see that others have changed it. */
export function configHash(object: object): string {
  const data = 'data' in object && typeof object.data === 'object' && object.data !== null ? object.data : {};
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64').slice(0, 12);
}

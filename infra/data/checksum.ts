import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** A short mark of some content, such as a ConfigMap's: as a pod annotation it rolls the pods when the content changes. */
export function checksum(data: unknown): string {
  return createHash('sha256').update(canonicalJson(data)).digest('hex').slice(0, 16);
}

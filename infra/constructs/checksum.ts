import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** A short mark of a ConfigMap's content: as a pod annotation it rolls the pods when the content changes. */
export function checksum(data: Record<string, string>): string {
  return createHash('sha256').update(canonicalJson(data)).digest('hex').slice(0, 16);
}

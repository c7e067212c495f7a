import { createHash } from 'node:crypto';

/** A short mark of a ConfigMap's content: as a pod annotation it rolls the pods when the content changes. */
export function checksum(data: Record<string, string>): string {
  const lines = Object.keys(data)
    .sort()
    .map((key) => `${key}=${data[key]}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
}

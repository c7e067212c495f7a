import { createHash } from 'node:crypto';
import type { Spec } from '../schema/spec.ts';

const known = new WeakMap<Spec, string>();

/** What an attempt is made of; a difference in the rest takes effect at once. */
export function specHash(spec: Spec): string {
  const before = known.get(spec);
  if (before !== undefined) return before;
  const hash = hashOf(spec);
  known.set(spec, hash);
  return hash;
}

function hashOf({ suspend, failurePolicy, successPolicy, backoffLimit, ...spec }: Spec): string {
  const made = { ...spec, activeDeadlineSeconds: failurePolicy?.activeDeadlineSeconds };
  return createHash('sha256')
    .update(JSON.stringify(sorted(made)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}

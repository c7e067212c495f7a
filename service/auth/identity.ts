import { type Grant, ROLES, type Role } from '../contract/access-files.ts';

/** Who is calling. */
export interface Identity {
  /** Distinct among all callers: limits and idempotency keys are counted by it. */
  readonly id: string;
  /** As shown to people. */
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** Everyone, when AUTH=none or only loopback can reach us, and on routes that are open to all. */
export const ANYONE: Identity = { id: 'anyone', name: 'anyone', grants: [{ role: 'admin', namespaces: ['*'] }] };

const reaches = (granted: Role, needed: Role): boolean => ROLES.indexOf(granted) >= ROLES.indexOf(needed);

/** May this caller act in that role, somewhere at all? */
export const hasRole = (identity: Identity, role: Role): boolean =>
  identity.grants.some((grant) => reaches(grant.role, role));

export const mayIn = (identity: Identity, role: Role, namespace: string): boolean =>
  identity.grants.some(
    (grant) => reaches(grant.role, role) && (grant.namespaces.includes('*') || grant.namespaces.includes(namespace)),
  );

/** The namespaces in which the caller has at least that role; null means all. */
export function namespacesOf(identity: Identity, role: Role): readonly string[] | null {
  const names = identity.grants.filter((grant) => reaches(grant.role, role)).flatMap((grant) => grant.namespaces);
  return names.includes('*') ? null : [...new Set(names)].sort();
}

/** The highest role that the caller has anywhere; null when none. */
export const highestRole = (identity: Identity): Role | null =>
  ROLES.findLast((role) => hasRole(identity, role)) ?? null;

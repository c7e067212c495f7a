import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

// The files that say who may call: the service reads them, and who deploys it has them checked before anything is applied.

/**
 * Each role may do what the ones before it may: a viewer reads, a submitter also submits and acts on jobs, an admin also
 * sees what belongs to no namespace.
 */
export const ROLES = ['viewer', 'submitter', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A role in some namespaces; '*' is all of them. */
const grantShape = z.strictObject({
  role: z.enum(ROLES),
  namespaces: z
    .array(z.string().regex(/^(\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/, 'must be a namespace, or "*" for all'))
    .min(1),
});
export type Grant = z.infer<typeof grantShape>;

/** AUTH_TOKENS_FILE: SHA-256 of each token. Tokens are random (256 bits), so a slow hash would add nothing but load. */
export const tokensShape = z
  .array(
    grantShape.extend({
      name: z.string().min(1).max(200),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the token, 64 hex digits')
        .transform((hex) => Buffer.from(hex, 'hex')),
    }),
  )
  .min(1, 'must list at least one token')
  .refine((entries) => new Set(entries.map(({ name }) => name)).size === entries.length, 'names must be distinct');

/** OIDC_ROLES_FILE: what the members of each group may do. */
export const groupsShape = z
  .array(grantShape.extend({ group: z.string().min(1) }))
  .min(1, 'must list at least one group');

/** A file of YAML or JSON in one of these shapes; the problems name places in it, never its values. */
export function readAccessFile<T>(path: string, shape: z.ZodType<T>): { value: T } | { problems: string[] } {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return {
      problems: [error instanceof Error && 'code' in error ? `cannot be read (${error.code})` : 'is no YAML or JSON'],
    };
  }
  const parsed = shape.safeParse(content);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the file'}: ${message}`) };
}

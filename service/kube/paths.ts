import { unsendable } from './failures.ts';
import type { Kind } from './kinds.ts';
import type { Server, Target } from './server.ts';

/** The rule that Kubernetes has for names in paths, without the empty one. */
const NO_NAME = /^\.{0,2}$|[/%\p{Cc}]/u;

/**
 * One segment of a path. Encoding alone would not do: URL parsing resolves `.` and `..` away, and a proxy may decode the path before
 * it passes it on, so that an encoded slash is a slash in the server behind it.
 */
export function segment(server: Server, text: string): string {
  if (NO_NAME.test(text)) throw unsendable(server, `"${text}" is no name of a Kubernetes object.`);
  return encodeURIComponent(text);
}

/** Where a server keeps the kinds of one API version: /api/v1, /apis/batch/v1. */
const apiRoot = (server: Server, apiVersion: string): string =>
  apiVersion.includes('/')
    ? `/apis/${apiVersion
        .split('/')
        .map((part) => segment(server, part))
        .join('/')}`
    : `/api/${segment(server, apiVersion)}`;

/** All objects of a kind: those in one namespace or, with null, all. */
export function collectionTarget(server: Server, kind: Kind, namespace: string | null): Target {
  const scope = kind.namespaced && namespace !== null ? `/namespaces/${segment(server, namespace)}` : '';
  return { path: `${apiRoot(server, kind.apiVersion)}${scope}/${kind.plural}`, plural: kind.plural, name: null };
}

export function objectTarget(
  server: Server,
  kind: Kind,
  { name, namespace }: { readonly namespace: string | null; readonly name: string },
): Target {
  if (kind.namespaced && namespace === null) throw unsendable(server, `${kind.kind} "${name}" needs a namespace.`);
  const { path, plural } = collectionTarget(server, kind, namespace);
  return { path: `${path}/${segment(server, name)}`, plural, name };
}

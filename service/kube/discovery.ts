import { z } from 'zod';
import { KubeError } from './errors.ts';
import type { Kind } from './kinds.ts';
import type { Kube, RequestOptions } from './kube.ts';

/** What one API server serves. */
export interface Discovery {
  /** Throws 'refused' for a kind that is not served. */
  kindOf(object: Pick<Kind, 'apiVersion' | 'kind'>, options?: RequestOptions): Promise<Kind>;
  /** "v1", "batch/v1" ... */
  groupVersions(options?: RequestOptions): Promise<ReadonlySet<string>>;
}

const resourcesSchema = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const groupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ versions: z.array(z.looseObject({ groupVersion: z.string() })) })),
});
const versionsSchema = z.looseObject({ versions: z.array(z.string()) });

/** Remembers what was found; what was not is asked for anew, since its definition may come at any time. */
export function createDiscovery(kube: Kube): Discovery {
  const known = new Map<string, Kind>();

  async function read<T>(schema: z.ZodType<T>, path: string, options: RequestOptions | undefined): Promise<T> {
    const parsed = schema.safeParse(await kube.document(path, options));
    if (parsed.success) return parsed.data;
    throw new KubeError(
      'garbled',
      `${kube.address} answered GET ${path} with something that is no list of what it serves.`,
      {
        cause: parsed.error,
      },
    );
  }

  async function learn(apiVersion: string, options: RequestOptions | undefined): Promise<void> {
    const root = apiVersion.includes('/') ? '/apis' : '/api';
    const { resources } = await read(resourcesSchema, `${root}/${apiVersion}`, options).catch((error: unknown) => {
      // The whole version is not served.
      if (error instanceof KubeError && error.status === 404) return { resources: [] };
      throw error;
    });
    for (const { kind, name, namespaced } of resources) {
      if (!name.includes('/')) known.set(`${apiVersion} ${kind}`, { apiVersion, kind, plural: name, namespaced });
    }
  }

  return {
    async kindOf({ apiVersion, kind }, options) {
      const id = `${apiVersion} ${kind}`;
      if (!known.has(id)) await learn(apiVersion, options);
      const found = known.get(id);
      if (found) return found;
      throw new KubeError(
        'refused',
        `${kube.address} serves no ${kind} of ${apiVersion} - is its CustomResourceDefinition installed?`,
        {
          status: 404,
        },
      );
    },

    async groupVersions(options) {
      const [core, named] = await Promise.all([
        read(versionsSchema, '/api', options),
        read(groupsSchema, '/apis', options),
      ]);
      const groups = named.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion));
      return new Set([...core.versions, ...groups]);
    },
  };
}

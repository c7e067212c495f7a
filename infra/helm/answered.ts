import { z } from 'zod';
import { at } from '../data/paths.ts';
import { unwrap } from './leaves.ts';
import type { Answered, Image, Program } from './program.ts';

/** Helpers in the place of settings: path -> name of the helper that answers it. */
export function helpersFor({ images, namePrefix, namespace }: Answered): ReadonlyMap<string, string> {
  const all: [string | undefined, string][] = [
    [namePrefix, 'prefix'],
    [namespace, 'namespace'],
    [images?.registry, 'image-registry'],
    [images?.tag, 'image-tag'],
  ];
  return new Map(all.flatMap(([path, helper]) => (path === undefined ? [] : [[path, helper] as const])));
}

/** What an image is called whose settings are at a path. */
export function imageReference({ images }: Answered, settings: unknown, path: string): string | undefined {
  return images?.reference(at(settings, path) as Image, {
    registry: String(at(settings, images.registry)),
    tag: String(at(settings, images.tag)),
  });
}

export const GLOBAL_REGISTRY = 'global.imageRegistry';

/** The settings as values of a chart. */
export function valuesOf({ answered, settings, values = settings }: Program): z.ZodType {
  const { inner } = unwrap(values);
  if (!(inner instanceof z.ZodObject)) throw new Error('settings are no object');
  const registry = answered?.images && leafAt(inner, answered.images.registry);
  if (!registry) return values;
  const imageRegistry = registry
    .default('')
    .describe('Registry in the place of that of every image, such as a mirror; empty: each has its own.');
  const global = z.strictObject({ imageRegistry }).prefault({}).describe('What Helm hands to all charts of a release.');
  return z.strictObject({ ...inner.shape, global });
}

function leafAt(schema: z.core.$ZodType, path: string): z.ZodType {
  const leaf = path.split('.').reduce<z.core.$ZodType | undefined>((outer, key) => {
    const inner = outer && unwrap(outer).inner;
    return inner instanceof z.ZodObject ? inner.shape[key] : undefined;
  }, schema);
  if (!leaf) throw new Error(`${path}: there is no such setting`);
  return unwrap(leaf).inner as z.ZodType;
}

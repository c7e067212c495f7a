import { z } from 'zod';
import { unwrap } from '../data/allowed.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import { imageTag, optionalDnsLabel } from '../settings/scalars.ts';

/** The settings as values of a chart: where they go and what they are called is said when a release is installed. */
export function valuesOf(settings: z.ZodType<CommonSettings>): z.ZodType {
  const all = section(settings);
  const { images, namePrefix, namespace } = all.shape;
  return z.strictObject({
    ...all.shape,
    images: z
      .strictObject({
        ...section(images).shape,
        tag: imageTag().default('').describe("Version of our own images; empty: the chart's appVersion."),
      })
      .prefault({})
      .describe((images as z.ZodType).description ?? ''),
    namePrefix: (namePrefix as z.ZodType).describe(
      "What all names of objects begin with; empty: the release's name, unless it is the chart's.",
    ),
    namespace: z
      .strictObject({
        ...section(namespace).shape,
        name: optionalDnsLabel().default('').describe("Name of the namespace; empty: the release's."),
        create: z
          .boolean()
          .default(false)
          .describe(
            'Write the Namespace itself; off, for helm install --create-namespace makes the one of the release.',
          ),
      })
      .prefault({})
      .describe((namespace as z.ZodType).description ?? ''),
  });
}

function section(schema: z.core.$ZodType | undefined): z.ZodObject {
  const inner = unwrap(schema as z.ZodType);
  if (!(inner instanceof z.ZodObject)) throw new Error('settings that are no section');
  return inner;
}

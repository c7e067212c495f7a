import type { Image, Images } from '../settings/fragments.ts';

/** registry/repository:tag@digest; what an image leaves empty comes from the settings of all images. */
export function imageReference(image: Image, images: Images): string {
  const registry = image.registry || images.registry;
  const tag = image.tag || images.tag;
  return `${registry ? `${registry}/` : ''}${image.repository}:${tag}${image.digest ? `@${image.digest}` : ''}`;
}

import { eachObject } from './each-object.ts';

/** The images that are named anywhere in it, each once, in order. */
export function imagesIn(value: unknown): string[] {
  const found = new Set<string>();
  eachObject(value, ({ image }) => {
    if (typeof image === 'string') found.add(image);
  });
  return [...found].sort();
}

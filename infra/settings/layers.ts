/** One source of settings; later layers lay over earlier ones, field by field. */
export interface Layer {
  /** For messages: "prod", "my.yaml", "variable VERSION". */
  readonly source: string;
  readonly values: unknown;
}

/** Objects are laid over each other field by field; anything else, lists too, replaces what was there. */
export function overlay(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isObject(below) || !isObject(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = overlay(merged[key], value);
  return merged;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** {images: {tag: value}} of "images.tag". */
export function atPath(path: string, value: unknown): unknown {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

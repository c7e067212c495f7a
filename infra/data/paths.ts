const known = new Map<string, readonly string[]>();

/** The keys of a path, which are asked for some hundred thousand times where charts are derived. */
function keysOf(path: string): readonly string[] {
  const found = known.get(path);
  if (found) return found;
  const keys = path.split('.');
  known.set(path, keys);
  return keys;
}

/** What stands at a path ("backend.image.tag") of settings. */
export function at(value: unknown, path: string): unknown {
  let inner = value;
  for (const key of keysOf(path)) inner = (inner as Record<string, unknown> | undefined)?.[key];
  return inner;
}

/** Writes a value to a path, and whatever is missing on the way there. */
export function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  let inner = target;
  for (const key of keys.slice(0, -1)) {
    inner[key] ??= {};
    inner = inner[key] as Record<string, unknown>;
  }
  inner[last] = value;
}

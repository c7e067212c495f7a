/** What the server keeps for itself. */
const NOT_OURS = /^(status|metadata\.(managedFields|resourceVersion|generation|uid|creationTimestamp))(\.|\[|$)/;

/** What differs between two states of an object, line by line, but for what the server keeps for itself. */
export function differences(before: unknown, after: unknown): string[] {
  const old = flat(before);
  const now = flat(after);
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => !NOT_OURS.test(path)).sort();
  return paths.flatMap((path) => {
    if (old.get(path) === now.get(path)) return [];
    return [
      ...(old.has(path) ? [`- ${path}: ${old.get(path)}`] : []),
      ...(now.has(path) ? [`+ ${path}: ${now.get(path)}`] : []),
    ];
  });
}

/** Every leaf by its path: "spec.ports[0].port" -> "80". */
function flat(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) {
    return found.set(path, JSON.stringify(value));
  }
  for (const [key, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${key}]` : `${path === '' ? '' : '.'}${key}`;
    flat(inner, `${path}${step}`, found);
  }
  return found;
}

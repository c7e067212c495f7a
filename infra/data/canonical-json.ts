/**
 * JSON with sorted keys and no spaces: the same text for the same data, whoever writes it. Written out by hand, for
 * objects of JavaScript begin with those keys that look like numbers; line separators are escaped, as Go does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (value === null || typeof value !== 'object') return scalar(value ?? null);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${scalar(key)}:${canonicalJson(inner)}`).join()}}`;
}

const scalar = (value: unknown): string =>
  JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

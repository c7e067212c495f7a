/**
 * JSON as people read it in a pull request: what holds nothing but plain values stands on one line. By what it holds, not by
 * how long it is, for in a chart the length is that of a setting.
 */
export function readableJson(value: unknown, indent = ''): string {
  if (!isNested(value)) return onOneLine(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((item) => readableJson(item, inner))
    : given(value).map(([key, part]) => `${JSON.stringify(key)}: ${readableJson(part, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

const given = (value: object): [string, unknown][] => Object.entries(value).filter(([, part]) => part !== undefined);

const isNested = (value: unknown): value is object =>
  value !== null && typeof value === 'object' && Object.values(value).some(holdsAnything);

const holdsAnything = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Object.keys(value).length > 0;

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const parts = given(value).map(([key, part]) => `${JSON.stringify(key)}: ${onOneLine(part)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

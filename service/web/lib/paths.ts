/** Reads and writes one place of a plain JSON value: the form's fields all edit one request. */
export type Path = readonly (string | number)[];
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const getAt = (value: unknown, path: Path): unknown => {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
};

/** A copy with the place replaced; `undefined` removes it. Missing parents are made. */
export const setAt = <T>(value: T, path: Path, next: unknown): T => {
  const [key, ...rest] = path;
  if (key === undefined) return next as T;
  const isList = Array.isArray(value) || (value === undefined && typeof key === 'number');
  const copy = (isList ? [...((value as unknown[] | undefined) ?? [])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  const child = setAt(copy[key], rest, next);
  if (child !== undefined) copy[key] = child;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy as T;
};

/** "/inputDataConfig/0/bucket" (RFC 6901) or "inputDataConfig.0.bucket" or "inputDataConfig[0].bucket" -> its keys. */
export const parsePath = (path: string): Path => {
  const parts = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.replace(/^body\.?/, '').split(/[.[\]]+/);
  return parts.filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
};

export const pathKey = (path: Path): string => path.join('.');

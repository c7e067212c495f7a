import { wrongUse } from '../failures.ts';

type Tree = Record<string, unknown>;

/**
 * "resources.instanceCount=4", "inputDataConfig[0].bucket=train": the field of the request gets the value. What is JSON is
 * read as that (4, true, null, ["a", "b"]), all else is text. An empty value takes the field away.
 */
export const setField = (request: Tree, assignment: string): void => {
  const split = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(0, split));
  const keys = keysOf(path);
  if (split < 1 || keys.length === 0) {
    throw wrongUse(`--set ${assignment}: it must be field=value`, 'For example --set resources.instanceCount=4');
  }
  const text = assignment.slice(split + 1);
  put(request, keys, text === '' ? undefined : readValue(text), assignment);
};

/** undefined takes it away. */
export const put = (root: Tree, keys: readonly (string | number)[], value: unknown, said: string): void => {
  let at: unknown = root;
  keys.forEach((key, index) => {
    const isList = Array.isArray(at);
    if (typeof at !== 'object' || at === null || isList !== (typeof key === 'number')) {
      throw wrongUse(
        `--set ${said}: ${keys.slice(0, index).join('.')} has no ${isList ? `field ${key}` : `item ${key}`}`,
      );
    }
    const here = at as Record<string | number, unknown>;
    if (index === keys.length - 1) {
      if (value !== undefined) here[key] = value;
      else if (Array.isArray(at)) at.splice(Number(key), 1);
      else delete here[key];
      return;
    }
    here[key] ??= typeof keys[index + 1] === 'number' ? [] : {};
    at = here[key];
  });
};

const keysOf = (path: string): (string | number)[] => {
  const parts = path.match(/[^.[\]]+|\[\d+\]/g) ?? [];
  if (parts.some((part) => ['__proto__', 'constructor', 'prototype'].includes(part))) return [];
  return parts.map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part));
};

export const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

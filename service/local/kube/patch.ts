import { type Fields, isFields, sameJson } from './objects.ts';
import { badRequest } from './status.ts';

/** What identifies an element of a list that is merged by key rather than replaced; as in Kubernetes' own schemas. */
const LIST_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  containers: [['name']],
  initContainers: [['name']],
  env: [['name']],
  volumes: [['name']],
  volumeMounts: [['mountPath']],
  imagePullSecrets: [['name']],
  ownerReferences: [['uid']],
  conditions: [['type']],
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol'],
  ],
};

const PORT_DEFAULTS: Fields = { protocol: 'TCP' };

/** The identity of a list's element within its field, as `k:{"name":"x"}`; undefined when that list is one value as a whole. */
function elementKey(field: string, element: unknown): string | undefined {
  if (field === 'finalizers') return `v:${JSON.stringify(element)}`;
  if (!isFields(element)) return undefined;
  const complete = field === 'ports' ? { ...PORT_DEFAULTS, ...element } : element;
  const names = LIST_KEYS[field]?.find((keys) => keys.every((key) => complete[key] !== undefined));
  return names && `k:${JSON.stringify(Object.fromEntries(names.map((name) => [name, complete[name]])))}`;
}

/** Elements by key, or undefined for a list without keys. */
export function keyedElements(field: string, list: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(list)) return undefined;
  const elements = new Map<string, unknown>();
  for (const element of list) {
    const key = elementKey(field, element);
    if (key === undefined) return undefined;
    elements.set(key, element);
  }
  return elements;
}

/** Lays one object over another: maps and keyed lists are merged, everything else is replaced. */
export function overlay(below: unknown, above: unknown, field = ''): unknown {
  if (isFields(below) && isFields(above)) {
    const merged: Record<string, unknown> = { ...below };
    for (const [name, value] of Object.entries(above)) merged[name] = overlay(below[name], value, name);
    return merged;
  }
  const elementsBelow = keyedElements(field, below);
  const elementsAbove = keyedElements(field, above);
  if (!elementsBelow || !elementsAbove || elementsAbove.size === 0) return above;
  for (const [key, element] of elementsAbove) elementsBelow.set(key, overlay(elementsBelow.get(key), element));
  return [...elementsBelow.values()];
}

/** RFC 7386: null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** The merge patch of built-in kinds, as far as clients use it: keyed lists are merged, `$patch: delete` removes an element. */
export function strategicMergePatch(target: unknown, patch: unknown, field = ''): unknown {
  if (isFields(patch)) {
    const result: Record<string, unknown> = isFields(target) ? { ...target } : {};
    for (const [name, value] of Object.entries(patch)) {
      if (name.startsWith('$')) continue;
      if (value === null) delete result[name];
      else result[name] = strategicMergePatch(result[name], value, name);
    }
    return result;
  }
  const current = keyedElements(field, target);
  const changes = keyedElements(field, patch);
  if (!current || !changes) return patch;
  for (const [key, change] of changes) {
    if (isFields(change) && change.$patch === 'delete') current.delete(key);
    else current.set(key, strategicMergePatch(current.get(key), change));
  }
  return [...current.values()];
}

/** RFC 6902. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  const document: unknown = structuredClone(target);
  for (const operation of operations) applyOperation(document, operation);
  return document;
}

function applyOperation(document: unknown, operation: { op?: unknown; path?: unknown; value?: unknown }): void {
  const steps = String(operation.path).split('/').slice(1).map(unescapeStep);
  const last = steps.pop();
  let parent = document as Record<string, unknown>;
  for (const step of steps) {
    const next = parent?.[step];
    if (typeof next !== 'object' || next === null) throw badRequest(`the path ${operation.path} does not exist`);
    parent = next as Record<string, unknown>;
  }
  if (last === undefined) throw badRequest('a JSON patch cannot replace the whole object');
  const list = Array.isArray(parent) ? parent : undefined;
  switch (operation.op) {
    case 'test':
      if (!sameJson(parent[last], operation.value)) throw badRequest(`testing path ${operation.path} failed`);
      return;
    case 'add':
      if (list) list.splice(last === '-' ? list.length : Number(last), 0, operation.value);
      else parent[last] = operation.value;
      return;
    case 'replace':
      parent[last] = operation.value;
      return;
    case 'remove':
      if (list) list.splice(Number(last), 1);
      else delete parent[last];
      return;
    default:
      throw badRequest(`the operation ${String(operation.op)} is not supported`);
  }
}

const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

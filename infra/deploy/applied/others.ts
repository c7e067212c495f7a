import { FIELD_MANAGER } from '../kube/apply.ts';

/** A set of fields as `managedFields` tells it: "f:spec", "k:{\"name\":\"x\"}", "v:1"; "." is the element itself. */
interface FieldSet {
  readonly [part: string]: FieldSet;
}

interface Entry {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

/** Parts of Kubernetes itself fill in what belongs to every object. */
const SYSTEM = /^(kube-|kubelet$|k3s$|cloud-controller-manager$)/;

/**
 * Fields of one of our objects that others have added, each with who did: apply leaves them as they are, so that no
 * comparison with what is applied would show them.
 */
export function addedByOthers(live: object): string[] {
  const { managedFields = [] } = (live as { metadata: { managedFields?: readonly Entry[] } }).metadata;
  const ours = managedFields
    .filter(({ manager, subresource }) => manager === FIELD_MANAGER && subresource === undefined)
    .map(({ fieldsV1 = {} }) => fieldsV1);
  const others = managedFields.filter(
    ({ manager = '', subresource }) => manager !== FIELD_MANAGER && subresource !== 'status' && !SYSTEM.test(manager),
  );
  return others.flatMap(({ fieldsV1 = {}, manager }) =>
    leaves(fieldsV1)
      .filter((path) => !ours.some((set) => covers(set, path)))
      .flatMap((path) => {
        const value = valueAt(live, path);
        return value === undefined ? [] : [`~ ${written(path)}: ${JSON.stringify(value)} (${manager})`];
      }),
  );
}

type Path = readonly string[];

/** An element of a list is told by its fields, where it has some. */
function leaves(set: FieldSet, path: Path = []): Path[] {
  return Object.entries(set).flatMap(([part, inner]) => {
    if (part === '.') return Object.keys(set).length === 1 ? [path] : [];
    return Object.keys(inner).length === 0 ? [[...path, part]] : leaves(inner, [...path, part]);
  });
}

const covers = (set: FieldSet, [part, ...rest]: Path): boolean => {
  if (part === undefined) return true;
  const inner = set[part];
  return inner !== undefined && covers(inner, rest);
};

function valueAt(value: unknown, [part, ...rest]: Path): unknown {
  if (part === undefined) return value;
  if (part.startsWith('f:')) return valueAt((value as Record<string, unknown> | undefined)?.[part.slice(2)], rest);
  if (!Array.isArray(value)) return undefined;
  const wanted = JSON.parse(part.slice(2)) as unknown;
  if (part.startsWith('i:')) return valueAt(value[Number(wanted)], rest);
  if (part.startsWith('v:')) return value.includes(wanted) ? wanted : undefined;
  const keys = Object.entries(wanted as Record<string, unknown>);
  return valueAt(
    value.find((element) => keys.every(([key, each]) => element?.[key] === each)),
    rest,
  );
}

/** "spec.template.spec.containers[name=backend].env[name=DEBUG].value" */
function written(path: Path): string {
  return path
    .map((part) => {
      if (part.startsWith('f:')) return `.${part.slice(2)}`;
      const value = JSON.parse(part.slice(2)) as unknown;
      if (value === null || typeof value !== 'object') return `[${String(value)}]`;
      return `[${Object.entries(value)
        .map(([key, each]) => `${key}=${each}`)
        .join(',')}]`;
    })
    .join('')
    .slice(1);
}

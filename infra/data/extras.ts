// What users add to finished objects, as data: the program adds it, and a chart's helpers are written from the same tables.
import { at } from './paths.ts';

/** How a setting goes into what is there already. */
export type How =
  /** Takes its place. */
  | 'set'
  /** A map over the one that is there. */
  | 'over'
  /** A map under the one that is there, whose keys stay as they are. */
  | 'beneath'
  /** A list behind the one that is there. */
  | 'append'
  /** Where it is on, these fields of a map are left out. */
  | { readonly without: readonly string[] }
  /** A map of amounts over the one that is there, as texts; what is empty is left out. */
  | 'amounts'
  /** A map of variables behind a list of these, but for those that are there already. */
  | 'variables'
  /** Containers behind those that are there; where one says nothing of its rights it gets the least. */
  | 'containers'
  /** Extra volumes behind those that are there, */
  | 'volumes'
  /** and where a container sees them. */
  | 'mounts';

export interface Addition {
  /** Of the settings of a workload: "pod.labels". */
  readonly setting: string;
  /** In the object, or the part of it that is added to: "spec.containers.0.env". */
  readonly to: string;
  readonly how: How;
}

/** What can be added to objects of a kind. */
export interface Extensible {
  /** Of the table, which several kinds may share. */
  readonly name: string;
  /** The part of the object that is added to: "spec.template"; "" for the whole of it. */
  readonly at: string;
  readonly additions: readonly Addition[];
}

type Values = Record<string, unknown>;

/** The part of an object with what the settings of its workload, and over those of all workloads, add to it. */
export function withAdditions<Part extends object>(
  part: Part,
  additions: readonly Addition[],
  all: unknown,
  own: unknown,
): Part {
  const given = additions.flatMap((addition) => {
    const [ofAll, ofOwn] = [at(all, addition.setting), at(own, addition.setting)];
    // Most give nothing, to each of a hundred objects.
    if (isEmpty(ofAll) && isEmpty(ofOwn)) return [];
    const value = together(ofAll, ofOwn);
    return isEmpty(value) ? [] : [{ ...addition, value }];
  });
  if (given.length === 0) return part;
  const extended = structuredClone(part);
  for (const { how, to, value } of given) {
    const into = parentOf(extended as Values, to);
    const key = to.split('.').at(-1) ?? '';
    if (typeof how === 'string') add[how](into, key, value as never);
    else if (value === true) into[key] = without(into[key] as Values, how.without);
  }
  return extended;
}

const without = (map: Values, fields: readonly string[]): Values =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !fields.includes(key)));

/**
 * One list after the other, one map over the other; of anything else the second, where there is one. Of two items of one name
 * (containers, volumes) it is the second, too.
 */
function together(all: unknown, own: unknown): unknown {
  if (Array.isArray(all) && Array.isArray(own)) {
    const names = own.map(nameOf);
    return [...all.filter((item) => nameOf(item) === undefined || !names.includes(nameOf(item))), ...own];
  }
  return isMap(all) && isMap(own) ? { ...all, ...own } : (own ?? all);
}

const isMap = (value: unknown): value is Values => value !== null && typeof value === 'object' && !Array.isArray(value);

const nameOf = (item: unknown): unknown => (isMap(item) ? item.name : undefined);

/** Nothing is given. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** What holds the last key of a path; what is missing on the way there is made. */
function parentOf(object: Values, path: string): Values {
  return path
    .split('.')
    .slice(0, -1)
    .reduce((inner, key) => {
      inner[key] ??= {};
      return inner[key] as Values;
    }, object);
}

/** What a container may do that says nothing of it: what the strictest standard for pods allows. */
export const LEAST_RIGHTS = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

interface ExtraVolume {
  readonly name: string;
  readonly mountPath?: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
  readonly kind?: 'configMap' | 'secret';
  readonly source?: string;
  readonly volume?: Values;
}

/** Apart from the names that the program gives to volumes of its own. */
export const VOLUME_PREFIX = 'extra-';
/** The group of the pod reads it too, nobody else. */
const OWNER_READ = 0o400;

const add: Readonly<Record<Extract<How, string>, (into: Values, key: string, value: never) => void>> = {
  set(into, key, value: unknown) {
    into[key] = value;
  },
  over(into, key, value: Values) {
    into[key] = { ...(into[key] as Values), ...value };
  },
  beneath(into, key, value: Values) {
    into[key] = { ...value, ...(into[key] as Values) };
  },
  append(into, key, value: unknown[]) {
    into[key] = [...((into[key] as unknown[]) ?? []), ...value];
  },
  amounts(into, key, value: Values) {
    const all = Object.entries({ ...(into[key] as Values), ...value });
    const given = all.filter(([, amount]) => amount !== '' && amount !== null);
    into[key] = Object.fromEntries(given.map(([name, amount]) => [name, String(amount)]));
  },
  variables(into, key, value: Record<string, string | Values>) {
    const there = (into[key] ?? []) as { name: string }[];
    // By name, whatever the order in the settings: not everybody keeps an order of keys.
    const more = Object.entries(value)
      .filter(([name]) => there.every((each) => each.name !== name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    into[key] = [...there, ...more.map(([name, each]) => (isMap(each) ? { name, ...each } : { name, value: each }))];
  },
  containers(into, key, value: Values[]) {
    const limited = value.map((each) =>
      'securityContext' in each ? each : { ...each, securityContext: LEAST_RIGHTS },
    );
    into[key] = [...((into[key] as unknown[]) ?? []), ...limited];
  },
  volumes(into, key, value: ExtraVolume[]) {
    const volumes = value.map(({ kind, name, source, volume }) => ({
      name: VOLUME_PREFIX + name,
      ...(kind === 'configMap' && { configMap: { name: source } }),
      ...(kind === 'secret' && { secret: { secretName: source, defaultMode: OWNER_READ } }),
      ...volume,
    }));
    into[key] = [...((into[key] as unknown[]) ?? []), ...volumes];
  },
  mounts(into, key, value: ExtraVolume[]) {
    const mounts = value
      .filter(({ mountPath }) => mountPath !== undefined)
      .map(({ kind, mountPath, name, readOnly = kind !== undefined, subPath }) => ({
        name: VOLUME_PREFIX + name,
        mountPath,
        ...(subPath !== undefined && { subPath }),
        ...(readOnly && { readOnly }),
      }));
    into[key] = [...((into[key] as unknown[]) ?? []), ...mounts];
  },
};

const wholes = new WeakSet<object>();

/** A setting that is handed on as it is, however much it holds: nothing else may depend on what is in it. */
export function whole<Schema extends object>(schema: Schema): Schema {
  wholes.add(schema);
  return schema;
}

export const isWhole = (schema: object): boolean => wholes.has(schema);

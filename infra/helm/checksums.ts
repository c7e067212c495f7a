import { checksum } from '../data/checksum.ts';
import { eachObject } from '../data/each-object.ts';
import { withoutPrefix } from './marks.ts';
import type { KubeObject } from './program.ts';

/** What a checksum looks like. */
export const CHECKSUM = /^[0-9a-f]{16}$/;

/** The ConfigMaps, among some objects, of whose contents a text is the checksum. */
export function checksumOf(text: string, beside: readonly KubeObject[]): readonly string[] | undefined {
  if (!CHECKSUM.test(text)) return undefined;
  const found = known.get(beside) ?? checksumsIn(beside);
  known.set(beside, found);
  return found.get(text)?.map(withoutPrefix);
}

const known = new WeakMap<readonly KubeObject[], Map<string, string[]>>();

/** Checksums that pods may carry -> the ConfigMaps whose contents they are made of. */
function checksumsIn(objects: readonly KubeObject[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const contents = new Map(
    objects.filter(({ kind }) => kind === 'ConfigMap').map((each) => [placeOf(each, each.metadata.name), each.data]),
  );
  for (const object of objects) {
    const names = configMapsIn(object).filter((name) => contents.has(placeOf(object, name)));
    for (const some of subsets(names)) {
      const data = Object.assign({}, ...some.map((name) => contents.get(placeOf(object, name)))) as Record<
        string,
        string
      >;
      const key = checksum(data);
      if (!found.has(key)) found.set(key, some);
    }
  }
  return found;
}

/** Pods read what is in their own namespace. */
const placeOf = ({ metadata: { namespace = '' } }: KubeObject, name: string): string => `${namespace}/${name}`;

function configMapsIn(object: KubeObject): string[] {
  const found = new Set<string>();
  eachObject(object, (part) => {
    for (const reference of [part.configMap, part.configMapRef]) {
      const { name } = (reference ?? {}) as { name?: unknown };
      if (typeof name === 'string') found.add(name);
    }
  });
  return [...found];
}

/** All non-empty selections, small ones first. */
function subsets(names: readonly string[]): string[][] {
  const all = Array.from({ length: 2 ** names.length - 1 }, (_, bits) =>
    names.filter((_, index) => ((bits + 1) >> index) & 1),
  );
  return all.sort((a, b) => a.length - b.length);
}

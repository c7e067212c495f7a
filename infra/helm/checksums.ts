import { checksum } from '../constructs/checksum.ts';
import type { Sample } from './samples.ts';

/** Checksums that pods of this sample may carry -> the ConfigMaps whose contents they are made of. */
export function checksumsOf({ folders }: Sample): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const objects of folders.values()) {
    const contents = new Map(
      objects.filter(({ kind }) => kind === 'ConfigMap').map((each) => [each.metadata.name, each.data]),
    );
    for (const object of objects) {
      const names = [...new Set(configMapsIn(object))].filter((name) => contents.has(name));
      for (const some of subsets(names)) {
        const data = Object.assign({}, ...some.map((name) => contents.get(name))) as Record<string, string>;
        const key = checksum(data);
        if (!found.has(key)) found.set(key, some);
      }
    }
  }
  return found;
}

function configMapsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'configMap' || key === 'configMapRef') && typeof inner?.name === 'string'
      ? [inner.name as string]
      : configMapsIn(inner),
  );
}

/** All non-empty selections, small ones first. */
function subsets(names: readonly string[]): string[][] {
  const all = Array.from({ length: 2 ** names.length - 1 }, (_, bits) =>
    names.filter((_, index) => ((bits + 1) >> index) & 1),
  );
  return all.sort((a, b) => a.length - b.length);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Schema, Schemas } from './prune.ts';

/** Where the schemas as real API servers serve them stand on CI: beside the repository, one file for each group and version. */
const WHOLE_SCHEMAS = join(import.meta.dirname, '../../../shared/fixtures/schemas');

export const wholeSchemasAreHere = existsSync(WHOLE_SCHEMAS);

/** All files of a folder as one; what several of them define (a pod's specification) is the same in each. */
export function wholeSchemas(folder = WHOLE_SCHEMAS): Schemas {
  const kinds: Record<string, string> = {};
  const definitions: Record<string, Schema> = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const content = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schemas;
    const apiVersion = file.replace('.json', '').replace('_', '/');
    for (const [kind, reference] of Object.entries(content.kinds)) kinds[`${apiVersion} ${kind}`] = reference;
    for (const [name, schema] of Object.entries(content.definitions)) {
      if (definitions[name] && !isDeepStrictEqual(definitions[name], schema)) {
        throw new Error(`${name} is defined in two ways; once in ${file}`);
      }
      definitions[name] = schema;
    }
  }
  return { kinds, definitions };
}

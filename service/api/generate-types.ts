import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import openapiTypeScript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { allRoutes } from './app.ts';
import type { ApiDependencies } from './dependencies.ts';
import { describeRoutes } from './openapi.ts';
import { pythonTypes } from './python-types.ts';

const FILES = {
  typescript: new URL('../client/schema.generated.ts', import.meta.url),
  python: new URL('../client/python/mlplatform_client/schema_generated.py', import.meta.url),
};

const HEADER = `// Written by \`npm run types\` from the service's OpenAPI document; never edited by hand.
`;

export interface Types {
  readonly typescript: string;
  readonly python: string;
}

/** The types of the clients, as the service's own document gives them. Routes are described, not called: they need nothing to work with. */
export const generateTypes = async (): Promise<Types> => {
  const document = describeRoutes(allRoutes({} as ApiDependencies)) as unknown as OpenAPI3;
  // What the answers say is always there, with their defaults filled in; requests may leave out what has one.
  const tree = await openapiTypeScript(document, { alphabetize: true, defaultNonNullable: false });
  return {
    typescript: HEADER + astToString(tree),
    python: pythonTypes(document.components?.schemas as Parameters<typeof pythonTypes>[0]),
  };
};

export const committedTypes = async (): Promise<Types> => ({
  typescript: await readFile(FILES.typescript, 'utf8'),
  python: await readFile(FILES.python, 'utf8'),
});

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { typescript, python } = await generateTypes();
  await writeFile(FILES.typescript, typescript);
  await writeFile(FILES.python, python);
}

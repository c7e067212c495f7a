import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTypeScript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { allRoutes } from './app.ts';
import type { ApiDependencies } from './dependencies.ts';
import { describeRoutes } from './openapi.ts';

const FILE = fileURLToPath(new URL('../client/schema.generated.ts', import.meta.url));

const HEADER = `// Written by \`npm run types\` from the service's OpenAPI document; never edited by hand.
`;

/** The types of the client, as the service's own document gives them. Routes are described, not called: they need nothing to work with. */
export const generateTypes = async (): Promise<string> => {
  const document = describeRoutes(allRoutes({} as ApiDependencies)) as unknown as OpenAPI3;
  // What the answers say is always there, with their defaults filled in; requests may leave out what has one.
  return HEADER + astToString(await openapiTypeScript(document, { alphabetize: true, defaultNonNullable: false }));
};

export const committedTypes = (): Promise<string> => readFile(FILE, 'utf8');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeFile(FILE, await generateTypes());

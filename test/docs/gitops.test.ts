import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { wholeSchemas, wholeSchemasAreHere } from '../schemas/whole.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/gitops.md'), 'utf8');
const objects = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, text = '']) =>
  parseAllDocuments(text).map((document) => document.toJS()),
);

test('the manifests of the page name folders that are there', () => {
  const named = page.match(/charts-out\/[-a-z]+\/[-a-z]+(\/argocd)?|[-a-z]+\/prod\/argocd/g) ?? [];
  const folders = new Set(named.map((path) => (path.startsWith('charts-out/') ? path : `charts-out/${path}`)));
  expect(folders.size).toBeGreaterThan(4);
  expect([...folders].filter((folder) => !folder.includes('/helm/') && !existsSync(join(root, folder)))).toEqual([]);
});

const WHERE = wholeSchemasAreHere ? '' : ' (skipped: the schemas are not at ../shared/fixtures/schemas)';
test.skipIf(!wholeSchemasAreHere)(`and hold what the API servers say of their kinds${WHERE}`, () => {
  const { definitions, kinds } = wholeSchemas();
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  ajv.addSchema({ $id: 'whole', definitions });
  const known = objects.filter(({ apiVersion, kind }) => kinds[`${apiVersion} ${kind}`] !== undefined);
  expect(known.map(({ kind }) => kind)).toEqual(['Application', 'AppProject', 'Kustomization']);
  for (const object of known) {
    const validate = ajv.compile({ $ref: `whole${kinds[`${object.apiVersion} ${object.kind}`]}` });
    expect(validate(object) ? [] : validate.errors, object.kind).toEqual([]);
  }
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { all, type Subject, title } from '../subjects.ts';

/** What real API servers take: one file for each group and version, closed. They stand beside the repository on CI. */
const SCHEMAS = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/fixtures/schemas');

const OWN = join(dirname(fileURLToPath(import.meta.url)), '../../../imports/crds');

export const schemasAreHere = existsSync(SCHEMAS);
if (!schemasAreHere)
  console.log('skipped: the schemas of the API servers are not beside the repository (../shared/fixtures/schemas)');

const validators = new Map<string, ValidateFunction | undefined>();

/** Unknown, missing and wrong fields, as the API server would find them. */
export function schemasHold(subject: Subject): string[] {
  if (!schemasAreHere) return [];
  return all(subject).flatMap((object) => {
    const validate = validatorOf(object.apiVersion, object.kind);
    if (!validate) return [`${title(object)}: no schema of ${object.apiVersion} ${object.kind}`];
    if (validate(object)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${title(object)}${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  });
}

function validatorOf(apiVersion: string, kind: string): ValidateFunction | undefined {
  const key = `${apiVersion} ${kind}`;
  if (!validators.has(key)) validators.set(key, compile(apiVersion, kind));
  return validators.get(key);
}

// One instance for all: what several kinds share (a pod's specification) is compiled once.
const ajv = new Ajv({ strict: false, allErrors: true });

function compile(apiVersion: string, kind: string): ValidateFunction | undefined {
  const file = `${apiVersion.replace('/', '_')}.json`;
  if (!readdirSync(SCHEMAS).includes(file)) return ownSchema(apiVersion, kind);
  const { definitions, kinds } = JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'));
  if (!ajv.getSchema(file)) ajv.addSchema({ $id: file, definitions });
  const reference = kinds[kind];
  return reference === undefined ? undefined : ajv.compile({ $ref: `${file}${reference}` });
}

/** Of an operator that no recording has (Strimzi): the fields that we say we write, and no others. */
function ownSchema(apiVersion: string, kind: string): ValidateFunction | undefined {
  const definition = readdirSync(OWN)
    .flatMap((file) => parseAllDocuments(readFileSync(join(OWN, file), 'utf8')).map((document) => document.toJS()))
    .find(({ spec }) => `${spec.group}/${spec.versions[0].name}` === apiVersion && spec.names.kind === kind);
  if (!definition) return undefined;
  const { properties, ...schema } = closed(definition.spec.versions[0].schema.openAPIV3Schema);
  return ajv.compile({ ...schema, properties: { ...properties, apiVersion: {}, kind: {}, metadata: {} } });
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: unknown;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

function closed(schema: Schema): Schema {
  if (schema.items) return { ...schema, items: closed(schema.items) };
  const { additionalProperties, properties } = schema;
  if (schema['x-kubernetes-preserve-unknown-fields'] || additionalProperties || !properties) return schema;
  const fields = Object.entries(properties).map(([name, field]) => [name, closed(field)]);
  return { ...schema, properties: Object.fromEntries(fields), additionalProperties: false };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinition } from '../../service/trainingjob/index.ts';
import type { Schema, Schemas } from './prune.ts';

const RECORDED = join(import.meta.dirname, 'schemas.json');
const OWN = join(import.meta.dirname, '../../imports/crds');
const HOW_TO_ADD = 'the fields that we write are in test/schemas (README.md there says how one is added)';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Schemas;
// One instance for all: what several kinds share (a pod's specification) is compiled once.
const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
ajv.addSchema({ $id: 'recorded', definitions: recorded.definitions });

const validators = new Map<string, ValidateFunction | undefined>();

/** Unknown, missing and wrong fields of an object, as an API server would find them, and fields that we have not written so far. */
export function schemaProblems(object: KubernetesObject): string[] {
  const { apiVersion, kind } = object;
  const key = `${apiVersion} ${kind}`;
  if (!validators.has(key)) validators.set(key, compile(apiVersion, kind));
  const validate = validators.get(key);
  if (!validate) return [`: no schema of ${key}; ${HOW_TO_ADD}`];
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, message, params }) => {
    const hint = keyword === 'additionalProperties' ? `; ${HOW_TO_ADD}` : '';
    return `${instancePath}: ${message} ${JSON.stringify(params)}${hint}`;
  });
}

function compile(apiVersion: string, kind: string): ValidateFunction | undefined {
  const reference = recorded.kinds[`${apiVersion} ${kind}`];
  return reference === undefined ? ownSchema(apiVersion, kind) : ajv.compile({ $ref: `recorded${reference}` });
}

/** Of an operator that no recording has: the fields that we say we write, and no others. */
function ownSchema(apiVersion: string, kind: string): ValidateFunction | undefined {
  const others = readdirSync(OWN).flatMap((file) =>
    parseAllDocuments(readFileSync(join(OWN, file), 'utf8')).map((document) => document.toJS()),
  );
  const definition = [customResourceDefinition, ...others].find(
    ({ spec }) => `${spec.group}/${spec.versions[0].name}` === apiVersion && spec.names.kind === kind,
  );
  if (!definition) return undefined;
  const { properties, ...schema } = closed(definition.spec.versions[0].schema.openAPIV3Schema);
  return ajv.compile({ ...schema, properties: { ...properties, apiVersion: {}, kind: {}, metadata: {} } });
}

function closed(schema: Schema): Schema {
  if (schema.items) return { ...schema, items: closed(schema.items) };
  // As OpenAPI 3.0 writes it.
  if (schema.exclusiveMinimum === true) {
    const { exclusiveMinimum: _, minimum, ...rest } = schema;
    return { ...rest, exclusiveMinimum: minimum };
  }
  const { additionalProperties, properties } = schema;
  if (additionalProperties || !properties) return schema;
  const fields = Object.entries(properties).map(([name, field]) => [name, closed(field)]);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return { ...schema, properties: Object.fromEntries(fields), ...(!isOpen && { additionalProperties: false }) };
}

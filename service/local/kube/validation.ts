import type { DraftObject } from './objects.ts';
import type { FieldProblem } from './status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export const invalidValue = (field: string, value: unknown, rule: string): FieldProblem => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${rule}`,
});

export const required = (field: string, rule = ''): FieldProblem => ({
  field,
  reason: 'FieldValueRequired',
  message: `Required value${rule && `: ${rule}`}`,
});

/** The rules of names and labels, which hold for every kind. */
export function metadataProblems({ metadata }: DraftObject): FieldProblem[] {
  return [
    ...nameProblems(metadata.name),
    ...labelProblems(metadata.labels ?? {}),
    ...sizeProblems(metadata.annotations),
  ];
}

function nameProblems(name: string | undefined): FieldProblem[] {
  if (!name) return [required('metadata.name', 'name or generateName is required')];
  if (name.length > 253) return [invalidValue('metadata.name', name, 'must be no more than 253 characters')];
  return SUBDOMAIN.test(name) ? [] : [invalidValue('metadata.name', name, SUBDOMAIN_RULE)];
}

function labelProblems(labels: Readonly<Record<string, unknown>>): FieldProblem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    if (!LABEL_KEY.test(key))
      return [invalidValue('metadata.labels', key, 'name part must consist of alphanumeric characters')];
    if (typeof value !== 'string') return [invalidValue('metadata.labels', value, 'must be a string')];
    if (value.length > 63) return [invalidValue('metadata.labels', value, 'must be no more than 63 characters')];
    return LABEL_VALUE.test(value) ? [] : [invalidValue('metadata.labels', value, LABEL_VALUE_RULE)];
  });
}

function sizeProblems(annotations: Readonly<Record<string, unknown>> = {}): FieldProblem[] {
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  return size > 256 * 1024
    ? [invalidValue('metadata.annotations', '', 'Too long: may not be more than 262144 bytes')]
    : [];
}

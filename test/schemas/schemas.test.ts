import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contradictions, pruned, type Schemas } from './prune.ts';
import { schemaProblems } from './schemas.ts';
import { wholeSchemas, wholeSchemasAreHere } from './whole.ts';

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas.json'), 'utf8')) as Schemas;

const claim = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'claim' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

test('an object that is right is found to be right', () => {
  expect(schemaProblems(claim({}))).toEqual([]);
});

test.each([
  ['a field that no API server knows', claim({ accesModes: [] }), /additional properties.*accesModes.*README/],
  ['a value of another type', claim({ accessModes: 'ReadWriteOnce' }), /spec\/accessModes: must be array/],
  ['a kind of which there is no schema', { apiVersion: 'v1', kind: 'Nothing' }, /no schema of v1 Nothing.*README/],
])('%s is told', (_, object, told) => {
  expect(schemaProblems(object).join('\n')).toMatch(told);
});

const WHERE = wholeSchemasAreHere ? '' : ' (skipped: the whole ones are not at ../shared/fixtures/schemas)';
test.skipIf(!wholeSchemasAreHere)(`what is recorded says nothing else than the whole schemas do${WHERE}`, () => {
  expect(contradictions(recorded, wholeSchemas())).toEqual([]);
});

describe('pruning', () => {
  const whole: Schemas = {
    kinds: { 'v1 Thing': '#/definitions/Thing', 'v1 Other': '#/definitions/Other' },
    definitions: {
      Thing: {
        type: 'object',
        required: ['parts'],
        additionalProperties: false,
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          parts: { type: 'array', items: { $ref: '#/definitions/Part' } },
          unused: { $ref: '#/definitions/Unused' },
        },
      },
      Part: { type: 'object', properties: { name: { type: 'string' }, size: { anyOf: [{ type: 'integer' }] } } },
      Unused: { type: 'string' },
      Other: { type: 'object' },
    },
  };
  const part = pruned(whole, [{ apiVersion: 'v1', kind: 'Thing', parts: [{ name: 'a' }, { size: 1 }] }]);

  test('leaves the properties that are used, anywhere, and all that is said of them', () => {
    const { unused: _, ...properties } = whole.definitions.Thing?.properties ?? {};
    expect(part).toEqual({
      kinds: { 'v1 Thing': '#/definitions/Thing' },
      definitions: { Thing: { ...whole.definitions.Thing, properties }, Part: whole.definitions.Part },
    });
    expect(contradictions(part, whole)).toEqual([]);
  });

  test('keeps what was recorded before, and adds what is new', () => {
    expect(pruned(whole, [], part)).toEqual(part);
    const more = pruned(whole, [{ apiVersion: 'v1', kind: 'Thing', unused: '' }], part);
    expect(more).toEqual({ kinds: part.kinds, definitions: { ...whole.definitions, Other: undefined } });
    // What the whole schemas no longer have is gone.
    expect(pruned({ kinds: {}, definitions: {} }, [], part)).toEqual({ kinds: {}, definitions: {} });
  });

  test.each<[string, Schemas]>([
    ['definitions.Thing', { ...part, definitions: { Thing: { ...part.definitions.Thing, required: [] } } }],
    [
      'definitions.Thing{}',
      { ...part, definitions: { Thing: { ...part.definitions.Thing, additionalProperties: true } } },
    ],
    [
      'definitions.Part.name',
      { ...part, definitions: { Part: { ...whole.definitions.Part, properties: { name: {} } } } },
    ],
    ['definitions.New', { ...part, definitions: { New: {} } }],
    ['kinds.v2 Thing', { kinds: { 'v2 Thing': '#/definitions/Thing' }, definitions: {} }],
  ])('%s would be found where it said something else', (at, changed) => {
    expect(contradictions(changed, whole)).toEqual([at]);
  });
});

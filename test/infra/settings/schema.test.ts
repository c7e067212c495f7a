import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { amount } from '../../../infra/data/field-rules.ts';
import { cron, cronFields } from '../../../infra/settings/cron.ts';
import * as s from '../../../infra/settings/scalars.ts';
import { stacks } from '../../../infra/stacks/index.ts';

interface Field {
  readonly path: string;
  readonly schema: z.ZodType;
}

/** Every field of a schema, sections and leaves, by its path. */
function fieldsOf(schema: z.ZodType, path = ''): Field[] {
  const inner = unwrap(schema);
  const here = path ? [{ path, schema }] : [];
  if (inner instanceof z.ZodObject) {
    return [
      ...here,
      ...Object.entries(inner.shape).flatMap(([key, field]) => fieldsOf(field, path ? `${path}.${key}` : key)),
    ];
  }
  if (inner instanceof z.ZodArray && unwrap(inner.element as z.ZodType) instanceof z.ZodObject) {
    return [...here, ...fieldsOf(inner.element as z.ZodType, `${path}[]`).slice(1)];
  }
  return here;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

describe.each(stacks.map((definition) => ({ name: definition.name, definition })))(
  'settings of $name',
  ({ definition }) => {
    const fields = fieldsOf(definition.settings);

    test('each has a doc line', () => {
      expect(fields.filter(({ schema }) => !schema.description?.trim()).map(({ path }) => path)).toEqual([]);
      expect(fields.length).toBeGreaterThan(50);
    });

    test('all have defaults: nothing must be set', () => {
      expect(definition.settings.safeParse({}).success).toBe(true);
    });

    test('each section refuses keys that it does not know', () => {
      const sections = fields.filter(({ schema }) => unwrap(schema) instanceof z.ZodObject);
      const open = sections.filter(({ schema }) => unwrap(schema).safeParse({ 'no-such-key': 1 }).success);
      expect(open.map(({ path }) => path)).toEqual([]);
    });

    test('each documented variable is the path of one', () => {
      const paths = fields.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(Object.values(definition.variables).map(({ setting }) => setting)));
    });

    test('they can be said as JSON Schema', () => {
      expect(z.toJSONSchema(definition.settings, { io: 'input' })).toMatchObject({
        type: 'object',
        additionalProperties: false,
      });
    });
  },
);

describe('the small pieces', () => {
  const pieces: { name: string; schema: z.ZodType; right: unknown[]; wrong: unknown[] }[] = [
    {
      name: 'dnsLabel',
      schema: s.dnsLabel(),
      right: ['a', 'a-1', 'a'.repeat(63)],
      wrong: ['', 'A', '-a', 'a-', 'a.b', 'a'.repeat(64), 'a\n'],
    },
    { name: 'objectName', schema: s.objectName(), right: ['a', 'a.b-c.d'], wrong: ['', 'a..b', 'a_b', '.a'] },
    { name: 'optionalName', schema: s.optionalName(), right: ['', 'a'], wrong: ['A', ' '] },
    {
      name: 'hostName',
      schema: s.hostName(),
      right: ['ml.example.com', 'a-b.c'],
      wrong: ['localhost', 'a.b:80', 'a..b', '*.a.b', '10.0.0.1'],
    },
    {
      name: 'registryHost',
      schema: s.registryHost(),
      right: ['', 'ghcr.io', 'localhost:5000/team/x', 'ghcr.io/a__b/c--d'],
      wrong: ['https://ghcr.io', 'a b', 'ghcr.io/', 'Ghcr.io', 'ghcr..io', 'ghcr.io/a..b', 'ghcr.io/a-'],
    },
    {
      name: 'ingressHost',
      schema: s.ingressHost(),
      right: ['ml.example.com', '*.example.com', '*.a.example.com'],
      wrong: ['', '*', '*.', 'a.*.com', '**.example.com', '*example.com', 'example', '10.0.0.1', 'A.example.com'],
    },
    {
      name: 'imageRepository',
      schema: s.imageRepository(),
      right: ['a', 'team/name', 'library/postgres'],
      wrong: ['', 'a:1', 'A', '/a', 'a//b'],
    },
    {
      name: 'fixedTag',
      schema: s.fixedTag(),
      right: ['1.2.3', 'latest', '15.14-alpine3.22'],
      wrong: ['', '-a', 'a b', 'a:b', 'a'.repeat(129)],
    },
    {
      name: 'imageDigest',
      schema: s.imageDigest(),
      right: ['', `sha256:${'0'.repeat(64)}`],
      wrong: ['sha256:0', '0'.repeat(64)],
    },
    {
      name: 'cpu',
      schema: s.cpu(),
      right: ['500m', '2', '1000m', '0.5', '2.5', '0.125'],
      wrong: ['0', '0m', '0.0', '1.2345', '.5', '', '2Gi', 2],
    },
    {
      name: 'bytes',
      schema: s.bytes(),
      right: ['512Mi', '10Gi', '10G', '1500M', '1.5Gi', '1073741824'],
      wrong: ['512', '0Mi', '10g', '1e9', ''],
    },
    {
      name: 'duration',
      schema: s.duration({ least: '100ms', most: '10m' }),
      right: ['100ms', '10s', '20s', '60s', '600s', '10m', '600000ms'],
      wrong: ['30', '0s', '99ms', '11m', '601s', '600001ms', '1h', '1m30s', '1.5s', '05s', '-1s', ' 1s', '1S', ''],
    },
    {
      name: 'cidr',
      schema: s.cidr(),
      right: [
        '10.0.0.0/8',
        '0.0.0.0/0',
        '169.254.20.10/32',
        'fd00:0:0:0:0:0:0:0/8',
        '::/0',
        '::1/128',
        'fd00::/8',
        '2001:db8::1:2/64',
      ],
      wrong: ['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '::', '::/129', '1::2::3/64', '1:2:3:4:5:6:7:8:9/64', ':1/64'],
    },
    {
      name: 'cron',
      schema: cron(),
      right: ['0 3 * * *', '*/5 * * * *', '0,30 1-5 * * 1-5', '0 3 * JAN-mar mon-FRI', '5/10,7-9/2 * * * 0', '@daily'],
      wrong: [
        '0 3 * *',
        '60 3 * * *',
        '0 24 * * *',
        '0 3 0 * *',
        '0 3 * 13 *',
        '0 3 * * 7',
        '0 3 * * 5-1',
        '0 3 * * fri-mon',
        '30-10 * * * *',
        '0 3 * * mo',
        '*/0 * * * *',
        '@often',
        '0 3 * * * *',
        '',
      ],
    },
    { name: 'cronFields', schema: cronFields(), right: ['0 3 * * sun'], wrong: ['@daily'] },
    { name: 'port', schema: s.port(), right: [1, 65_535], wrong: [0, 65_536, 1.5, '80'] },
    { name: 'nodePort', schema: s.nodePort(), right: [30_000, 32_767], wrong: [29_999, 32_768] },
    {
      name: 'httpUrl',
      schema: s.httpUrl(),
      right: ['http://a', 'https://a.example.com:8443/x/y'],
      wrong: ['a.example.com', 'ftp://a', 'https://u:p@a', 'https://a b', 'https://a.1'],
    },
    {
      name: 'origin',
      schema: s.origin(),
      right: ['https://ml.example.com', 'http://localhost:5173'],
      wrong: ['https://a/', 'https://a/x', '*'],
    },
    {
      name: 'labels',
      schema: s.labels(),
      right: [{}, { team: 'ml', 'example.com/team': '' }],
      wrong: [{ 'a b': 'x' }, { a: 'x y' }, { a: 1 }],
    },
  ];
  test.each(pieces)('$name', ({ right, schema, wrong }) => {
    expect(right.filter((value) => !schema.safeParse(value).success)).toEqual([]);
    expect(wrong.filter((value) => schema.safeParse(value).success)).toEqual([]);
  });

  test('amounts compare across their units', () => {
    expect(['500m', '1', '1000m', '2'].map(amount)).toEqual([500, 1000, 1000, 2000]);
    expect(['0.5', '2.50', '1k', '1.5Ki'].map(amount)).toEqual([500, 2500, 1e6, 1536e3]);
    expect(amount('1Gi')).toBe(amount('1024Mi'));
  });
});

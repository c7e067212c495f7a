import { expect, test } from 'vitest';
import { type Column, parseTable } from '../../../service/kube/table.ts';
import { ASKED } from './asked.ts';

const column = (name: string, path: string) => ({
  name,
  type: 'string',
  format: path === '' ? 'name' : '',
  description: path && `Custom resource definition column (in JSONPath format): ${path}`,
  priority: 0,
});

const TABLE = {
  kind: 'Table',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { resourceVersion: '5' },
  columnDefinitions: [
    column('age', '.metadata.creationTimestamp'),
    column('phase', '.status.stage'),
    column('Identity', ''),
    column('state', '.status.state'),
  ],
  rows: [{ cells: ['3s', 'Running', 'a', null], object: null }],
};

const WANTED: readonly Column[] = [
  { name: 'job status', path: '.status.state', required: true },
  { name: 'stage', path: '.status.stage' },
  { name: 'colour', path: '.status.colour' },
];

test('columns are found by their JSONPath when they bear another name, in any order; what is not printed is left out', () => {
  expect(parseTable(WANTED, TABLE, ASKED)).toEqual({
    rows: [{ name: 'a', cells: { 'job status': null, stage: 'Running' } }],
    resourceVersion: '5',
    next: undefined,
  });
});

test('a column that has no JSONPath is found by its name, however it is written', () => {
  const { rows } = parseTable([{ name: 'PHASE' }], TABLE, ASKED);
  expect(rows).toEqual([{ name: 'a', cells: { PHASE: 'Running' } }]);
});

test('a Table without a required column or without names is no answer, and neither is a row that is too short', () => {
  const { columnDefinitions } = TABLE;
  const without = (at: number) => ({ ...TABLE, columnDefinitions: columnDefinitions.toSpliced(at, 1) });
  expect(() => parseTable(WANTED, without(3), ASKED)).toThrow('without the columns job status');
  expect(() => parseTable(WANTED, without(2), ASKED)).toThrow('without the columns Name');
  const short = { ...TABLE, rows: [{ cells: ['3s', 'Running', 'a'], object: null }] };
  expect(() => parseTable(WANTED, short, ASKED)).toThrow('too short ("a")');
});

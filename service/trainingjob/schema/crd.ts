import { API } from '../names.ts';
import { NAME_FITS, rules } from './rules.ts';
import { specSchema } from './spec.ts';
import { statusSchema } from './status.ts';
import { structural } from './structural.ts';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'date';
  readonly jsonPath: string;
  /** 1: shown by `kubectl get -o wide` only. */
  readonly priority?: 1;
}

/**
 * One query of a whole cluster as a Table carries all of these, without the objects. No descriptions: the API server
 * then gives the path of the field as one, by which readers recognise a column.
 */
export const COLUMNS: readonly Column[] = [
  { name: 'State', type: 'string', jsonPath: '.status.state' },
  { name: 'Progress', type: 'string', jsonPath: '.status.progress' },
  { name: 'Epoch', type: 'integer', jsonPath: '.status.currentEpoch' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Loss', type: 'number', jsonPath: '.status.metrics.loss', priority: 1 },
  { name: 'ETA', type: 'string', jsonPath: '.status.eta', priority: 1 },
  { name: 'Checkpoint', type: 'string', jsonPath: '.status.checkpoint.latest', priority: 1 },
  { name: 'Attempt', type: 'integer', jsonPath: '.status.attempt', priority: 1 },
  { name: 'Workers', type: 'string', jsonPath: '.status.workers.summary', priority: 1 },
  { name: 'Reason', type: 'string', jsonPath: '.status.reason', priority: 1 },
  { name: 'Metrics', type: 'string', jsonPath: '.status.measured', priority: 1 },
  // NoStep while it makes none.
  { name: 'Stall', type: 'string', jsonPath: '.status.conditions[?(@.type=="Stalled")].reason', priority: 1 },
];

export const customResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${API.plural}.${API.group}` },
  spec: {
    group: API.group,
    scope: 'Namespaced',
    names: {
      kind: API.kind,
      listKind: `${API.kind}List`,
      plural: API.plural,
      singular: API.singular,
      shortNames: [API.shortName],
    },
    versions: [
      {
        name: API.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: COLUMNS,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A training on one or more workers, which are started, restarted and ended together.',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: structural(specSchema),
              status: structural(statusSchema),
            },
            ...rules(NAME_FITS),
          },
        },
      },
    ],
  },
} as const;

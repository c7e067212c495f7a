import { type Column, pathColumn } from './columns.ts';
import type { ResourceType } from './resources.ts';

/** A kind of a CRD with a status subresource. */
export const customKind = (
  group: string,
  version: string,
  plural: string,
  kind: string,
  columns: readonly Column[],
  more: Partial<ResourceType> = {},
): ResourceType => ({ group, version, plural, kind, namespaced: true, statusSubresource: true, columns, ...more });

export const crdAge = (name = 'Age'): Column => pathColumn(name, '.metadata.creationTimestamp', { type: 'date' });

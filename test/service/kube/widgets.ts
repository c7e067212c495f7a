import type { Kind } from '../../../service/kube/kinds.ts';

export const WIDGET: Kind = { apiVersion: 'example.com/v1', kind: 'Widget', plural: 'widgets', namespaced: true };

export const widget = (name: string, resourceVersion: number, more: { uid?: string; size?: number } = {}) => ({
  apiVersion: WIDGET.apiVersion,
  kind: WIDGET.kind,
  metadata: { name, namespace: 'a', uid: more.uid ?? `uid-${name}`, resourceVersion: String(resourceVersion) },
  spec: { size: more.size ?? resourceVersion },
});

export const widgetList = (
  resourceVersion: number,
  items: readonly unknown[],
  more: { continue?: string } = {},
): object => ({
  apiVersion: WIDGET.apiVersion,
  kind: 'WidgetList',
  metadata: { resourceVersion: String(resourceVersion), ...more },
  items,
});

export const bookmark = (resourceVersion: number, annotations?: Record<string, string>): object => ({
  apiVersion: WIDGET.apiVersion,
  kind: WIDGET.kind,
  metadata: { resourceVersion: String(resourceVersion), creationTimestamp: null, ...(annotations && { annotations }) },
});

export const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

export const status = (code: number, reason: string, message = reason): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

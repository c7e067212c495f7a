import { z } from 'zod';
import { garbled } from './failures.ts';
import type { KubeObject } from './kube.ts';
import type { Asked } from './server.ts';

/** Only what we rely on is checked: the rest of an object is Kubernetes' business and is passed on as it came. */
const objectSchema = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
  }),
});

const listSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string().regex(/List$/),
  metadata: z.looseObject({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  // Go prints an empty list of a built-in kind as null.
  items: z.array(z.looseObject({})).nullish(),
});

interface Page {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

export function parseObject(body: unknown, asked: Asked): KubeObject {
  if (!objectSchema.safeParse(body).success) throw garbled(asked, 'something that is no Kubernetes object');
  return body as KubeObject;
}

/** Items of built-in kinds come without apiVersion and kind: the list's own are theirs. */
export function parseList(body: unknown, asked: Asked): Page {
  const list = listSchema.safeParse(body);
  if (!list.success) throw garbled(asked, 'something that is no list of Kubernetes objects');
  const { apiVersion, kind, metadata, items } = list.data;
  const itemKind = { apiVersion, kind: kind.slice(0, -'List'.length) };
  return {
    items: (items ?? []).map((item) => parseObject({ ...itemKind, ...item }, asked)),
    resourceVersion: metadata.resourceVersion,
    next: metadata.continue || undefined,
  };
}

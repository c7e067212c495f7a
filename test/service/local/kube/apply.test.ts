import { expect, test } from 'vitest';
import { NAMESPACE, POD } from '../../../../service/local/kube/kinds.ts';
import type { DraftObject, StoredObject } from '../../../../service/local/kube/objects.ts';
import { createRegistry } from '../../../../service/local/kube/registry.ts';
import { resourceTable } from '../../../../service/local/kube/resources.ts';
import { createStore } from '../../../../service/local/kube/store.ts';

// Server-side apply as the reference documentation of Kubernetes describes it: what deploy tools and our own client rely on.

function server() {
  const registry = createRegistry(createStore(), resourceTable([NAMESPACE, POD]));
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }, { manager: 'test' });
  const apply = (
    manager: string,
    spec: object,
    options: { force?: boolean; labels?: Record<string, string> } = {},
  ): StoredObject => {
    const metadata = { name: 'a', namespace: 'x', ...(options.labels && { labels: options.labels }) };
    const draft: DraftObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    return registry.apply(POD, draft, { manager }, options.force ?? false).object;
  };
  return { registry, apply };
}

const container = (name: string, more: object = {}) => ({ name, image: 'busybox', ...more });

test('elements of keyed lists belong to who applied them, and go with their last owner', () => {
  const { apply } = server();
  apply('one', { containers: [container('a'), container('b')] });
  apply('two', { containers: [container('b'), container('c')] });
  const { spec } = apply('one', { containers: [container('a')] });
  expect(spec).toEqual({ containers: [container('a'), container('b'), container('c')] });
  expect(apply('two', { containers: [container('c')] }).spec).toEqual({ containers: [container('a'), container('c')] });
});

test('a field of another manager is a conflict that names it, and force takes it over', () => {
  const { apply } = server();
  apply('one', { nodeName: 'left' });
  expect(() => apply('two', { nodeName: 'right' })).toThrow('conflict: conflicts with "one": .spec.nodeName');
  expect(apply('two', { nodeName: 'left' }).spec).toEqual({ nodeName: 'left' });
  expect(apply('three', { nodeName: 'right' }, { force: true }).spec).toEqual({ nodeName: 'right' });
  // "one" has lost it, so leaving it out takes nothing away.
  expect(apply('one', {}).spec).toEqual({ nodeName: 'right' });
});

test('an update takes over what it changed; the applier leaving that out keeps it', () => {
  const { registry, apply } = server();
  apply('one', { nodeName: 'left' }, { labels: { a: '1', b: '2' } });
  const object = registry.read(POD, 'x', 'a');
  const labels = { ...object.metadata.labels, b: 'changed' };
  registry.update(POD, { ...object, metadata: { ...object.metadata, labels } }, { manager: 'kubectl' });
  expect(apply('one', { nodeName: 'left' }).metadata.labels).toEqual({ b: 'changed' });
});

test('applying the same again makes no new version', () => {
  const { apply } = server();
  const first = apply('one', { containers: [container('a')] });
  expect(apply('one', { containers: [container('a')] })).toEqual(first);
});

test('a finalizer holds a deleted object until it is taken off; nothing revives it', () => {
  const { registry, apply } = server();
  const object = apply('one', {});
  registry.update(
    POD,
    { ...object, metadata: { ...object.metadata, finalizers: ['x.example/hold'] } },
    { manager: 'm' },
  );
  const deleted = registry.delete(POD, 'x', 'a');
  expect(deleted.metadata.deletionTimestamp).toEqual(expect.any(String));
  const { deletionTimestamp: _, ...metadata } = deleted.metadata;
  registry.update(POD, { ...deleted, metadata: { ...metadata, finalizers: [] } }, { manager: 'm' });
  expect(() => registry.read(POD, 'x', 'a')).toThrow('pods "a" not found');
});

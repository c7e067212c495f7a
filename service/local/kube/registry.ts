import { randomUUID } from 'node:crypto';
import { applyNew, applyOver, trackUpdate, type Writer } from './apply.ts';
import { type DraftObject, type Metadata, type StoredObject, sameJson, timestamp } from './objects.ts';
import { groupVersion, type ResourceTable, type ResourceType, resourceKey } from './resources.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound } from './status.ts';
import type { Store } from './store.ts';
import { metadataProblems } from './validation.ts';

interface DeleteWish {
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The verbs of an API server over its store, with the rules that hold for every kind. HTTP and controllers both use it. */
export interface Registry {
  readonly store: Store;
  readonly table: ResourceTable;
  create(type: ResourceType, draft: DraftObject, writer: Writer): StoredObject;
  /** Replaces the object, or with writer.subresource 'status' its status only. */
  update(type: ResourceType, draft: DraftObject, writer: Writer): StoredObject;
  apply(
    type: ResourceType,
    draft: DraftObject,
    writer: Writer,
    force: boolean,
  ): { object: StoredObject; created: boolean };
  /** The object as it is now: gone, or waiting for its finalizers. */
  delete(type: ResourceType, namespace: string | undefined, name: string, wish?: DeleteWish): StoredObject;
  /** Found or 404. */
  read(type: ResourceType, namespace: string | undefined, name: string): StoredObject;
  /** What controllers do all day; no managedFields, as nobody reads those of a status. false when the object has gone. */
  setStatus(type: ResourceType, namespace: string | undefined, name: string, status: object): boolean;
}

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' };
const FOREGROUND = 'foregroundDeletion';

export function createRegistry(store: Store, table: ResourceTable): Registry {
  const find = (type: ResourceType, namespace: string | undefined, name: string): StoredObject | undefined =>
    store.get(type, type.namespaced ? namespace : undefined, name);

  function requireNamespace(type: ResourceType, namespace: string | undefined): void {
    if (!type.namespaced) return;
    const namespaces = table.get(resourceKey(NAMESPACES));
    if (namespaces && !store.get(namespaces, undefined, namespace ?? '')) throw notFound(NAMESPACES, namespace ?? '');
  }

  function check(type: ResourceType, draft: DraftObject, before: StoredObject | undefined): void {
    const problems = [...metadataProblems(draft), ...(type.validate?.(draft, before) ?? [])];
    if (problems.length > 0) throw invalid(type, draft.metadata.name ?? '', problems);
  }

  function admitted(type: ResourceType, draft: DraftObject, before: StoredObject, statusOnly: boolean): DraftObject {
    if (statusOnly && !type.admitsStatus) return draft;
    const complete = type.defaults?.(draft) ?? draft;
    check(type, complete, before);
    return complete;
  }

  function storeNew(type: ResourceType, draft: DraftObject): StoredObject {
    const { status: _, ...rest } = draft;
    const base = type.statusSubresource ? rest : draft;
    const metadata = {
      ...draft.metadata,
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: timestamp(),
    } as Metadata;
    const object = { ...base, apiVersion: groupVersion(type), kind: type.kind, metadata };
    return store.put(type, type.complete?.(object) ?? object);
  }

  /** Stores a change; server-made fields are kept, an object whose last finalizer went is removed. */
  function storeChange(
    type: ResourceType,
    before: StoredObject,
    draft: DraftObject,
    statusOnly: boolean,
  ): StoredObject {
    const { uid, creationTimestamp, deletionTimestamp, generation = 1 } = before.metadata;
    const after: StoredObject = statusOnly
      ? { ...before, status: draft.status, metadata: { ...before.metadata, ...managed(draft) } }
      : {
          ...draft,
          ...(type.statusSubresource && { status: before.status }),
          apiVersion: groupVersion(type),
          kind: type.kind,
          metadata: {
            ...draft.metadata,
            uid,
            creationTimestamp,
            resourceVersion: before.metadata.resourceVersion,
            generation: sameJson(before.spec, draft.spec) ? generation : generation + 1,
            ...(deletionTimestamp !== undefined && { deletionTimestamp }),
          } as Metadata,
        };
    if (after.metadata.deletionTimestamp && !after.metadata.finalizers?.length) return store.remove(type, after);
    if (unchanged(before, after)) return before;
    return store.put(type, after);
  }

  const registry: Registry = {
    store,
    table,
    create(type, given, writer) {
      const draft = withName(given);
      if (draft.metadata.resourceVersion)
        throw badRequest('resourceVersion should not be set on objects to be created');
      requireNamespace(type, draft.metadata.namespace);
      const { namespace, name = '' } = draft.metadata;
      const complete = type.defaults?.(draft) ?? draft;
      check(type, complete, undefined);
      const existing = find(type, namespace, name);
      if (existing) {
        throw existing.metadata.deletionTimestamp
          ? conflict(type, name, 'object is being deleted')
          : alreadyExists(type, name);
      }
      return storeNew(type, trackUpdate(undefined, complete, writer));
    },

    update(type, draft, writer) {
      const { namespace, name = '', resourceVersion, uid } = draft.metadata;
      const before = registry.read(type, namespace, name);
      requireVersion(type, before, resourceVersion, uid);
      const statusOnly = writer.subresource === 'status';
      const relevant: DraftObject = statusOnly ? { ...before, status: draft.status } : draft;
      const complete = admitted(type, relevant, before, statusOnly);
      return storeChange(type, before, trackUpdate(before, complete, writer), statusOnly);
    },

    apply(type, given, writer, force) {
      const { status: _, ...spec } = given;
      const statusOnly = writer.subresource === 'status';
      const draft: DraftObject =
        statusOnly || !type.statusSubresource ? given : ({ ...spec, metadata: given.metadata } as DraftObject);
      const { namespace, name = '', resourceVersion, uid } = draft.metadata;
      requireNamespace(type, namespace);
      const before = find(type, namespace, name);
      if (!before) {
        if (uid || resourceVersion) throw notFoundOrConflict(type, name, uid);
        const applied = applyNew(draft, writer);
        const complete = type.defaults?.(applied) ?? applied;
        check(type, complete, undefined);
        return { object: storeNew(type, complete), created: true };
      }
      requireVersion(type, before, resourceVersion, uid);
      const applied = applyOver(before, draft, writer, force);
      const complete = admitted(type, applied, before, statusOnly);
      return { object: storeChange(type, before, complete, statusOnly), created: false };
    },

    delete(type, namespace, name, wish = { propagation: 'Background' }) {
      const object = registry.read(type, namespace, name);
      requireVersion(type, object, wish.resourceVersion, wish.uid);
      const finalizers = new Set(object.metadata.finalizers ?? []);
      if (wish.propagation === 'Foreground') finalizers.add(FOREGROUND);
      if (finalizers.size === 0) return store.remove(type, object);
      if (object.metadata.deletionTimestamp) return object;
      return store.put(type, {
        ...object,
        metadata: {
          ...object.metadata,
          finalizers: [...finalizers],
          deletionTimestamp: timestamp(),
          deletionGracePeriodSeconds: 0,
        },
      });
    },

    read(type, namespace, name) {
      const object = find(type, namespace, name);
      if (!object) throw notFound(type, name);
      return object;
    },

    setStatus(type, namespace, name, status) {
      const object = find(type, namespace, name);
      if (!object) return false;
      if (!sameJson(object.status, status)) store.put(type, { ...object, status });
      return true;
    },
  };
  return registry;
}

const managed = (draft: DraftObject): Partial<Metadata> =>
  draft.metadata.managedFields ? { managedFields: draft.metadata.managedFields } : {};

function withName(draft: DraftObject): DraftObject {
  const { name, generateName } = draft.metadata;
  if (name || typeof generateName !== 'string') return draft;
  return { ...draft, metadata: { ...draft.metadata, name: generateName + randomUUID().slice(0, 5) } };
}

function requireVersion(
  type: ResourceType,
  object: StoredObject,
  version: string | undefined,
  uid: string | undefined,
): void {
  const { name } = object.metadata;
  if (uid && uid !== object.metadata.uid) {
    throw conflict(
      type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`,
    );
  }
  if (version && version !== object.metadata.resourceVersion) {
    throw conflict(
      type,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
}

const notFoundOrConflict = (type: ResourceType, name: string, uid: string | undefined) =>
  uid
    ? conflict(type, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: `)
    : notFound(type, name);

/** An update that changes nothing but the time in managedFields makes no new version, as in a real API server. */
function unchanged(before: StoredObject, after: StoredObject): boolean {
  const plain = (object: StoredObject): object => ({
    ...object,
    metadata: { ...object.metadata, managedFields: object.metadata.managedFields?.map(({ time: _, ...rest }) => rest) },
  });
  return sameJson(plain(before), plain(after));
}

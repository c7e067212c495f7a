import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKube } from '../../../service/kube/client.ts';
import { createDiscovery, type Discovery } from '../../../service/kube/discovery.ts';
import { KubeError } from '../../../service/kube/errors.ts';
import type { Identity } from '../../../service/kube/identity.ts';
import type { Kind } from '../../../service/kube/kinds.ts';
import type { Kube, KubeObject, ObjectName } from '../../../service/kube/kube.ts';
import type { ConnectionSettings } from '../../../service/kube/settings.ts';
import { groupOf } from '../../data/kube-object.ts';
import { StepFailure } from '../failure.ts';
import { idOf, type ObjectKey } from './objects.ts';

/** A cluster that something is deployed to. */
export interface Cluster {
  /** Each of its requests ends when the user gives up. */
  readonly kube: Kube;
  readonly discovery: Discovery;
  /** Aborts when the user gives up. */
  readonly signal: AbortSignal;
  /** How the server is reached: for the kubeconfig that the backend gets. */
  settings(): Promise<ConnectionSettings>;
  /** Where an object is; throws for a kind that is not served. */
  placeOf(object: ObjectKey): Promise<ObjectPlace>;
  /** The object as it is, or undefined. */
  find(object: ObjectKey): Promise<KubeObject | undefined>;
  /** For requests whose answers are no objects of a name: the parsed answer; throws for every status but 2xx. */
  ask<Answer>(method: 'POST' | 'PUT', path: string, body: object): Promise<Answer>;
  /** Ends early, by throwing, when the user gives up. */
  pause(ms: number): Promise<void>;
}

interface ObjectPlace {
  readonly kind: Kind;
  readonly name: ObjectName;
  /** The same for all that name this object, with whichever version, with its namespace or without. */
  readonly id: string;
}

/** `namespace` is that of objects that do not say theirs. */
export function clusterFor(identity: Identity, namespace: string, signal: AbortSignal): Cluster {
  // As many requests at once as there are objects, each of which listens: no leak.
  setMaxListeners(0, signal);
  const kube = endingWith(signal, createKube(identity, { userAgent: 'ml-platform-deploy' }));
  const discovery = createDiscovery(kube);

  async function placeOf(object: ObjectKey): Promise<ObjectPlace> {
    const kind = await discovery.kindOf(object);
    const { name, namespace: own = namespace } = object.metadata;
    const at = kind.namespaced ? own : null;
    return { kind, name: { name, namespace: at }, id: [groupOf(object), kind.plural, at ?? '', name].join('/') };
  }

  return {
    kube,
    discovery,
    signal,
    settings: () => identity.settings(),
    placeOf,
    async find(object) {
      const { kind, name } = await placeOf(object);
      return kube.get(kind, name);
    },
    async ask<Answer>(method: 'POST' | 'PUT', path: string, body: object) {
      const { status, text } = await kube.request(method, path, { body: JSON.stringify(body) });
      if (status < 200 || status > 299) {
        throw new StepFailure(`${kube.address} answered ${status} to ${method} ${path}: ${text.trim().slice(0, 500)}`);
      }
      return JSON.parse(text) as Answer;
    },
    async pause(ms) {
      await sleep(ms, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    },
  };
}

const endingWith = (signal: AbortSignal, kube: Kube): Kube => ({
  ...kube,
  get: (kind, name, options) => kube.get(kind, name, { ...options, signal }),
  list: (kind, query, options) => kube.list(kind, query, { ...options, signal }),
  create: (kind, object, options) => kube.create(kind, object, { ...options, signal }),
  apply: (kind, object, options) => kube.apply(kind, object, { ...options, signal }),
  patch: (kind, name, change, options) => kube.patch(kind, name, change, { ...options, signal }),
  delete: (kind, name, options) => kube.delete(kind, name, { ...options, signal }),
  forward: (pod, port, options) => kube.forward(pod, port, { ...options, signal }),
  document: (path, options) => kube.document(path, { ...options, signal }),
  request: (method, path, options) => kube.request(method, path, { ...options, signal }),
});

/** undefined: its kind is not served, so there is no such object. */
export async function placeIfServed({ placeOf }: Cluster, object: ObjectKey): Promise<ObjectPlace | undefined> {
  try {
    return await placeOf(object);
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return undefined;
    throw error;
  }
}

/** Each once, by what it is called in the cluster. */
export async function byId(cluster: Cluster, objects: readonly ObjectKey[]): Promise<Map<string, ObjectKey>> {
  const places = await Promise.all(objects.map((each) => placeIfServed(cluster, each)));
  return new Map(objects.map((each, index) => [places[index]?.id ?? idOf(each), each]));
}

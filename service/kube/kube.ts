import type { Duplex } from 'node:stream';
import type { Kind } from './kinds.ts';
import type { Problem } from './server.ts';
import type { ServicePort } from './service-port.ts';
import type { Column, TableRow } from './table.ts';

/** One API server: what can be asked of it. */
export interface Kube {
  /** Its address, fit for messages: without user information. */
  readonly address: string;
  /** undefined when it is not there */
  get(kind: Kind, name: ObjectName, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** All that the query selects, read page by page; `limit` in the query: no more than so many. */
  list(kind: Kind, query?: ListQuery, options?: RequestOptions): Promise<ObjectList>;
  /** The same a page at a time, for what is too much to hold. */
  pages(kind: Kind, query?: ListQuery, options?: RequestOptions): AsyncIterable<ObjectList>;
  /** What the server's memory of a kind has come to: another version whenever one of its objects has changed, sometimes without. */
  version(kind: Kind, options?: RequestOptions): Promise<string>;
  /** Names and cells of the columns asked for, without the objects: a fortieth of the bytes. */
  table(kind: Kind, columns: readonly Column[], query?: ListQuery, options?: RequestOptions): Promise<Table>;
  /** From a version that a list or an event told. Ends when the server ends it or the signal aborts; 410 throws 'expired'. */
  watch(kind: Kind, query: WatchQuery, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** Throws 'conflict' when there is one of that name. */
  create(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Server-side apply: creates or changes. */
  apply(kind: Kind, object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  /** The whole object anew; with its resourceVersion, 'conflict' when somebody was faster. undefined when it is not there. */
  replace(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject | undefined>;
  /** JSON merge patch: what is named is set, null removes. undefined when it is not there. */
  patch(kind: Kind, name: ObjectName, change: object, options?: WriteOptions): Promise<KubeObject | undefined>;
  /** Asks for it to be removed: gone only when `get` says undefined. false when it was not there. */
  delete(kind: Kind, name: ObjectName, options?: DeleteOptions): Promise<boolean>;
  /** Rejects with 'missing' when there is no such pod or container, 'notReady' while it has not started. */
  logs(pod: ContainerName, query: LogQuery, options?: RequestOptions): Promise<AsyncIterable<Buffer>>;
  /** A byte stream to a port of a pod, from within its own network, as `kubectl port-forward` has it. */
  forward(pod: ContainerName, port: number, options?: RequestOptions): Promise<Duplex>;
  /** What a server tells beside objects: what it serves, its version. undefined when there is no such thing. */
  document(path: string, options?: RequestOptions): Promise<unknown>;
  /**
   * What a program behind a Service answers to a GET, read as JSON; undefined when there is no such Service. Who asks needs `get` of
   * services/proxy, under the name `<scheme>:<name>:<port>`, or without the scheme where it is http.
   */
  ask(service: ServicePort, path: string, query?: RawOptions['query'], options?: RequestOptions): Promise<unknown>;
  /** Any request, and whatever was answered, unparsed: for what lies behind the proxy of a service or pod. Throws only without an answer. */
  request(method: Method, path: string, options?: RawOptions): Promise<RawAnswer>;
  /** A server that this one is a proxy for, over the same connections. */
  behind(proxied: ProxiedServer): Kube;
  close(): Promise<void>;
}

/** Namespaced kinds need a namespace; of others it is null. */
export interface ObjectName {
  readonly namespace: string | null;
  readonly name: string;
}

export interface ObjectReference extends ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface ObjectList {
  readonly items: KubeObject[];
  /** A watch from here misses nothing. */
  readonly resourceVersion: string;
}

export interface Table {
  readonly rows: TableRow[];
  readonly resourceVersion: string;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

export interface RequestOptions {
  /** When it aborts, the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** From the call to the last byte of the answer; of a stream: to the head of the answer. */
  readonly timeoutMs?: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RawOptions extends RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: string;
  /** Of the body; left out: JSON. */
  readonly contentType?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Selection {
  /** Left out or null: all namespaces. */
  readonly namespace?: string | null | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects come as PartialObjectMetadata: without spec, status and data. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ListQuery extends Selection {
  readonly limit?: number | undefined;
  /** Objects of one answer, when that is to be less: each is parsed in one piece, and nobody else is served meanwhile. */
  readonly page?: number | undefined;
  /** '0': whatever the server has in memory, without a word to its etcd. Left out: the newest. */
  readonly resourceVersion?: string | undefined;
  /** From its memory as well, once that has come to this version. Of all that is selected: here no limit holds. */
  readonly notOlderThan?: string | undefined;
}

interface WatchQuery extends Selection {
  readonly resourceVersion?: string | undefined;
  /** A streaming list: first all that is there as ADDED, then a bookmark that says so, then what changes. */
  readonly sendInitialEvents?: boolean | undefined;
  /** The server ends it after so long. */
  readonly timeoutSeconds?: number | undefined;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Nothing for so long, not even a bookmark, and the other side is taken for dead. */
  readonly idleTimeoutMs: number;
  /** Called when the server has accepted the watch, which may be long before its first event. */
  readonly opened?: () => void;
}

export interface WriteOptions extends RequestOptions {
  /** Who answers for the fields that are written. */
  readonly fieldManager?: string;
  readonly subresource?: 'status' | 'scale';
  readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take over fields that others manage, instead of 'conflict'. */
  readonly force: boolean;
}

export interface DeleteOptions extends RequestOptions {
  /** Delete only this very object, not another of its name made since: 'conflict' when it is another. */
  readonly uid?: string;
  /** Delete it only as it was read. */
  readonly resourceVersion?: string;
  /** What it owns goes after it (Background, the default), before it (Foreground) or stays (Orphan). */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun?: boolean;
}

export interface ContainerName {
  readonly namespace: string;
  readonly name: string;
  /** Left out: the pod's only one. */
  readonly container?: string | undefined;
}

export interface LogQuery {
  readonly follow?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** At most so much, from the oldest on that the other options leave. */
  readonly limitBytes?: number | undefined;
  readonly timestamps?: boolean | undefined;
  /** Of the container before the last restart. */
  readonly previous?: boolean | undefined;
}

export interface ProxiedServer {
  /** In reports and errors. */
  readonly name: string;
  /** In messages. */
  readonly title: string;
  /** Segments of the proxy's path; what is no name is refused. */
  readonly path: readonly string[];
  /** The error to throw, where the proxy has answers of its own. */
  readonly error?: (problem: Problem) => Error;
}

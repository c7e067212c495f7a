/** The only door to Karmada. Everything above works against these types; `service/local` serves a simulated one over real HTTP. */

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** null for cluster-scoped kinds */
  readonly namespace: string | null;
  readonly name: string;
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

export interface RequestOptions {
  /** When it aborts, the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** From the call to the last byte of the answer; of a stream: to the head of the answer. */
  readonly timeoutMs?: number;
}

export interface DeleteOptions extends RequestOptions {
  /** Delete only this very object, not another of its name made since (409 `conflict` when it is another). */
  readonly uid?: string;
}

export interface MemberCluster {
  readonly name: string;
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly region: string;
  readonly zone: string;
  readonly kubernetesVersion: string;
  readonly nodes: { readonly total: number; readonly ready: number };
  /** Kubernetes quantities by resource name. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly allocated: Readonly<Record<string, string>>;
}

/** Where Karmada put an object, read from its ResourceBinding. */
export interface Placement {
  readonly clusters: readonly string[];
  readonly scheduled: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface Karmada {
  clusters(options?: RequestOptions): Promise<MemberCluster[]>;
  /** Server-side apply with our field manager; creates or changes. */
  apply(object: KubeObject, options?: RequestOptions): Promise<KubeObject>;
  /** undefined when it is not there */
  get(reference: ObjectReference, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** All objects of a kind that carry our managed-by label, in one namespace or (null) in all. */
  list(
    kind: { apiVersion: string; kind: string; namespace: string | null },
    options?: RequestOptions,
  ): Promise<KubeObject[]>;
  /** Asks for it and all that it owns to be removed: gone only when `get` says undefined. false when it was not there. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<boolean>;
  /** undefined when Karmada has made no binding yet */
  placement(reference: ObjectReference, options?: RequestOptions): Promise<Placement | undefined>;
  /** All placements of our kind in one request, by object name: for many jobs that wait at once. */
  placements(kind: 'RayJob' | 'Job', options?: RequestOptions): Promise<Map<string, Placement>>;
  member(cluster: string): Member;
  close(): Promise<void>;
}

export interface TableRow {
  readonly name: string;
  /**
   * The columns that tell the state, by the names of TABLE_COLUMNS; ages and durations, which move by themselves, are
   * left out. A column that this member does not print is undefined.
   */
  readonly cells: Readonly<Record<string, string | null>>;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

/** What `table` returns per kind. Job has no Status column before Kubernetes 1.31. */
export const TABLE_COLUMNS = {
  RayJob: ['job status', 'deployment status', 'ray cluster name', 'start time', 'end time'],
  Job: ['Status', 'Completions'],
} as const;

/** One member cluster, read through the proxy. */
export interface Member {
  readonly cluster: string;
  /** Names and state columns of our objects from the member's cache, without the objects; all pages. */
  table(kind: 'RayJob' | 'Job', options?: RequestOptions): Promise<{ rows: TableRow[]; resourceVersion: string }>;
  list(
    resource: MemberResource,
    query: {
      namespace?: string;
      labelSelector?: string;
      fieldSelector?: string;
      limit?: number;
      resourceVersion?: string;
    },
    options?: RequestOptions,
  ): Promise<{ items: KubeObject[]; resourceVersion: string }>;
  get(reference: ObjectReference, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** Ends when the server ends it or the signal aborts; throws KarmadaError: 'expired' on 410, 'memberUnavailable' when idle too long. */
  watch(
    kind: 'RayJob' | 'Job',
    resourceVersion: string,
    /** `opened` is called when the member has accepted the watch, which may be long before its first event. */
    options: { signal: AbortSignal; idleTimeoutMs: number; opened?: () => void },
  ): AsyncIterable<WatchEvent>;
  /** Rejects with 'missing' when there is no such pod or container, 'notReady' while it has not started. */
  logs(
    pod: { namespace: string; name: string; container?: string },
    query: {
      follow?: boolean;
      tailLines?: number;
      sinceSeconds?: number;
      limitBytes?: number;
      timestamps?: boolean;
      previous?: boolean;
    },
    options: RequestOptions,
  ): Promise<AsyncIterable<Uint8Array>>;
}

/** What `GET /proxy/.../resources` may serve, and the API path of each. Secrets are not among them, and never will be. */
export const MEMBER_RESOURCES = {
  pods: '/api/v1',
  jobs: '/apis/batch/v1',
  rayjobs: '/apis/ray.io/v1',
  rayclusters: '/apis/ray.io/v1',
  events: '/api/v1',
  persistentvolumeclaims: '/api/v1',
  services: '/api/v1',
  nodes: '/api/v1',
} as const;
export type MemberResource = keyof typeof MEMBER_RESOURCES;

import { KINDS } from '../contract.ts';
import type { JobKind } from '../jobs/job.ts';
import { CLAIM, EVENT, type Kind, NODE, POD, SERVICE } from '../kube/kinds.ts';
import type {
  ContainerName,
  KubeObject,
  ListQuery,
  LogQuery,
  ObjectList,
  ObjectReference,
  RequestOptions,
  Table,
  WatchEvent,
  WatchOptions,
} from '../kube/kube.ts';
import type { ServicePort } from '../kube/service-port.ts';

/** The only door to Karmada. Everything above works against these types; `service/local` serves a simulated one over real HTTP. */

interface DeleteOptions extends RequestOptions {
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

/** What is known of one of our objects without asking. */
export interface SeenObject {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly jobId: string;
  /** The name of the policy that places it. */
  readonly placement: string;
  readonly isLeaving: boolean;
}

export interface Binding {
  readonly name: string;
  readonly uid: string;
  readonly isLeaving: boolean;
  /** `Kind namespace/name` of what it binds. */
  readonly object: string;
  readonly placement: Placement;
  /** A policy places it; else it follows another object. */
  readonly hasPlacement: boolean;
}

/** What is on the control plane of all jobs, heard of as it changes: what is in here costs no request. */
export interface Overview {
  /** Whether all that there was has been heard of. What has just been made may still be missing. */
  readonly isComplete: boolean;
  object(reference: ObjectReference): SeenObject | undefined;
  /** It was there for this job, and has been heard to have gone since. */
  hasGone(reference: ObjectReference, jobId: string): boolean;
  binding(reference: ObjectReference): Binding | undefined;
  /** Policies for many jobs, by which nothing that is there was placed. */
  unusedPolicies(): SeenObject[];
  /** Of what it remembers. */
  readonly sizes: { readonly objects: number; readonly bindings: number; readonly gone: number };
  /** Whether nothing of ours is in the namespace. */
  isEmpty(namespace: string): boolean;
  stop(): Promise<void>;
}

/** One that the service has made, because a job was to go there. */
export interface OwnNamespace {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: Date;
  readonly isLeaving: boolean;
}

export interface OverviewOptions {
  /** The name of an object that has gone, or that was given clusters. */
  readonly onChange: (objectName: string) => void;
  readonly onTrouble: (error: unknown, retryInMs: number) => void;
}

export interface Karmada {
  overview(options: OverviewOptions): Overview;
  clusters(options?: RequestOptions): Promise<MemberCluster[]>;
  /** Server-side apply with our field manager; creates or changes. */
  apply(object: KubeObject, options?: RequestOptions): Promise<KubeObject>;
  /** Throws 'conflict' (409) when there is one of that name, and (403) while its namespace is being deleted. */
  create(object: KubeObject, options?: RequestOptions): Promise<KubeObject>;
  /** JSON merge patch: what is named is set, null removes. undefined when it is not there. */
  patch(reference: ObjectReference, change: object, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** undefined when it is not there */
  get(reference: ObjectReference, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** Asks for it and all that it owns to be removed: gone only when `get` says undefined. false when it was not there. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<boolean>;
  /** undefined when Karmada has made no binding yet */
  placement(reference: ObjectReference, options?: RequestOptions): Promise<Placement | undefined>;
  /** All placements of our kind in one request, by object name: for many jobs that wait at once. */
  placements(kind: JobKind, options?: RequestOptions): Promise<Map<string, Placement>>;
  ownNamespaces(options?: RequestOptions): Promise<OwnNamespace[]>;
  /** Whether anything is propagated from the namespace, by whomever. */
  hasBindings(namespace: string, options?: RequestOptions): Promise<boolean>;
  member(cluster: string): Member;
  close(): Promise<void>;
}

/** One member cluster, read through the proxy. */
export interface Member {
  readonly cluster: string;
  /** Names and state columns of our objects from the member's cache, without the objects; all pages. */
  table(kind: JobKind, options?: RequestOptions): Promise<Table>;
  /** What the member's memory of the kind has come to: another version whenever one of its objects has changed, sometimes without. */
  version(kind: JobKind, options?: RequestOptions): Promise<string>;
  list(
    resource: MemberResource,
    query: Omit<ListQuery, 'namespace'> & { namespace?: string },
    options?: RequestOptions,
  ): Promise<ObjectList>;
  /** The same a page at a time, for what is too much to hold; `limit` is that of a page. */
  pages(
    resource: MemberResource,
    query: Omit<ListQuery, 'namespace'> & { namespace?: string },
    options?: RequestOptions,
  ): AsyncIterable<ObjectList>;
  get(reference: ObjectReference, options?: RequestOptions): Promise<KubeObject | undefined>;
  /** Ends when the server ends it or the signal aborts; throws KarmadaError: 'expired' on 410, 'memberUnavailable' when idle too long. */
  watch(kind: JobKind, resourceVersion: string, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** What a program behind a Service of the member answers to a GET, as JSON; undefined when it has no such Service. */
  ask(
    service: ServicePort,
    path: string,
    query: Readonly<Record<string, string | number>>,
    options?: RequestOptions,
  ): Promise<unknown>;
  /** Rejects with 'missing' when there is no such pod or container, 'notReady' while it has not started. */
  logs(pod: ContainerName, query: LogQuery, options: RequestOptions): Promise<AsyncIterable<Uint8Array>>;
}

/** What `GET /proxy/.../resources` may serve. Secrets are not among them, and never will be. */
export const MEMBER_RESOURCES = {
  pods: POD,
  jobs: KINDS.job,
  rayjobs: KINDS.rayJob,
  rayclusters: KINDS.rayCluster,
  trainingjobs: KINDS.trainingJob,
  events: EVENT,
  persistentvolumeclaims: CLAIM,
  services: SERVICE,
  nodes: NODE,
} as const satisfies Record<string, Kind>;
export type MemberResource = keyof typeof MEMBER_RESOURCES;

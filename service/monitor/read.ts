import { LABELS } from '../contract.ts';
import { type JobKind, WORKLOADS } from '../jobs/job.ts';
import { KarmadaError, type KarmadaFailure } from '../karmada/errors.ts';
import type { Member } from '../karmada/karmada.ts';
import type { KubeObject } from '../kube/kube.ts';
import type { KnownRow } from './known-jobs.ts';

// The Table tells that a job has changed; what it does not tell (reason, message, times) is in the object. The changed ones of a
// cluster are read by one LIST, since the proxy opens a TLS session for each request.

/**
 * Of the job ids in a URL: with the rest of it below 8 KiB, which is what a server in front of an API server takes at least for a
 * request line (nginx by default; API servers themselves take 1 MiB). Some 140 ids as ours are.
 */
const MAX_SELECTOR_BYTES = 7_000;
/** Each id is followed by a comma, which URLs write as three characters. */
const COMMA_BYTES = 3;
/** A cluster's LIST of all costs it 0.2 ms an object and us 0.05, sending it away and coming back 15: worth it from one in eight. */
const LIST_ALL_FROM_SHARE = 1 / 8;
const LIST_ALL_TIMEOUT_MS = 10_000;
/** Of one answer that could not be read: halves of halves of 140 rows are asked for until the bad one stands alone. */
const MAX_REQUESTS = 16;

/** What failing at some objects says of the whole cluster; the rest (garbled, refused) concerns those objects alone. */
const CLUSTER_FAILURES: ReadonlySet<KarmadaFailure> = new Set([
  'unavailable',
  'memberUnavailable',
  'unknownCluster',
  'unauthenticated',
  'forbidden',
]);

export interface Wanted {
  readonly member: Member;
  readonly kind: JobKind;
  readonly changed: readonly KnownRow[];
  /** How many objects of the kind there are in the cluster, changed or not. */
  readonly objects: number;
  /** The version of the answer that told of the changes. */
  readonly version: string;
  readonly timeoutMs: number;
}

export interface Read {
  /** Of the changed rows, or of all of the cluster. */
  readonly objects: readonly KubeObject[];
  readonly isOfAll: boolean;
  /** Rows that could not be read, although their cluster answers. */
  readonly unreadable: readonly KnownRow[];
  readonly error?: unknown;
}

/** Throws what is the whole cluster's failure. What did not fit in one request is left for the next look. */
export async function readChanged(wanted: Wanted): Promise<Read> {
  const { changed, objects } = wanted;
  const rows = inOneRequest(changed);
  if (rows.length === 0) return { objects: [], isOfAll: false, unreadable: [] };
  if (rows.length < changed.length && changed.length >= LIST_ALL_FROM_SHARE * objects) return readAll(wanted);
  return readInParts(rows, wanted);
}

/** As many of them as fit into the address of one request. */
export function inOneRequest(changed: readonly KnownRow[]): readonly KnownRow[] {
  let bytes = 0;
  const end = changed.findIndex(({ job }) => {
    bytes += job.id.length + COMMA_BYTES;
    return bytes > MAX_SELECTOR_BYTES;
  });
  return end < 0 ? changed : changed.slice(0, end);
}

async function readAll({ member, kind, version }: Wanted): Promise<Read> {
  const query = { labelSelector: `${LABELS.managedBy}=${LABELS.managedByValue}`, notOlderThan: version };
  const { items } = await member.list(WORKLOADS[kind].plural, query, { timeoutMs: LIST_ALL_TIMEOUT_MS });
  return { objects: items, isOfAll: true, unreadable: [] };
}

/** One object that cannot be read must not hold up the others: an answer that is not understood is asked for in halves. */
async function readInParts(rows: readonly KnownRow[], wanted: Wanted): Promise<Read> {
  const objects: KubeObject[] = [];
  const unreadable: KnownRow[] = [];
  let firstError: unknown;
  const parts = [rows];
  for (let requests = 0, part = parts.pop(); part !== undefined; requests += 1, part = parts.pop()) {
    if (requests >= MAX_REQUESTS) {
      unreadable.push(...part);
      continue;
    }
    try {
      for (const object of await readPart(part, wanted)) objects.push(object);
    } catch (error) {
      if (!(error instanceof KarmadaError) || CLUSTER_FAILURES.has(error.failure)) throw error;
      firstError ??= error;
      const middle = Math.ceil(part.length / 2);
      if (part.length === 1) unreadable.push(...part);
      else parts.push(part.slice(middle), part.slice(0, middle));
    }
  }
  return { objects, isOfAll: false, unreadable, error: firstError };
}

async function readPart(part: readonly KnownRow[], { member, kind, version, timeoutMs }: Wanted) {
  const query = { labelSelector: selectorOf(part), notOlderThan: version };
  return (await member.list(WORKLOADS[kind].plural, query, { timeoutMs })).items;
}

export const selectorOf = (rows: readonly KnownRow[]): string =>
  `${LABELS.jobId} in (${rows.map(({ job }) => job.id).join(',')})`;

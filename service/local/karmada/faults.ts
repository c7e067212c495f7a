/** What can be made to go wrong; `where` is a member's name, 'karmada' for the control plane itself, or '*' for all. */
export type FaultKind =
  /** No answer: the proxy reports a TLS handshake timeout after `ms` (10 s); the control plane itself just never answers. */
  | { readonly kind: 'hang'; readonly ms?: number }
  /** Nobody listens: the proxy says so at once; the control plane drops the connection. */
  | { readonly kind: 'refuse' }
  /** Another dial error of the proxy, in its words, such as `EOF` or `no such host`. */
  | { readonly kind: 'dialError'; readonly message: string }
  | { readonly kind: 'status'; readonly code: number; readonly message?: string; readonly retryAfterSeconds?: number }
  /** The proxy knows no such cluster any more. */
  | { readonly kind: 'unknownCluster' }
  /** The work is done, but the connection is dropped instead of an answer. */
  | { readonly kind: 'lostAnswer' }
  /** The answer breaks off half way; with `clean` it ends as if it were whole. */
  | { readonly kind: 'truncate'; readonly clean?: boolean }
  | { readonly kind: 'garble'; readonly as: 'html' | 'noise' | 'otherJson' | 'empty' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The socket stays open and nothing comes any more, also on streams that are running. */
  | { readonly kind: 'halfOpen' }
  /** The member answers lists as if it had no objects: a server that restarted and has not filled its cache. */
  | { readonly kind: 'emptyCache' };

export type Fault = FaultKind & {
  readonly where: string;
  /** Only for requests of this method. */
  readonly method?: string;
  /** Only when the path and query of the request contain this. */
  readonly matching?: string;
  /** So many requests, then it is over. Without it, until removed. */
  readonly times?: number;
};

interface FaultQuery {
  readonly cluster: string | null;
  readonly method: string;
  readonly url: string;
}

export interface Faults {
  /** Adds a fault; the function removes it. */
  add(fault: Fault): () => void;
  clear(): void;
  /** Those of so many requests that have not come. */
  unmet(): Fault[];
  /** The first that applies; counts down its `times`. */
  next(query: FaultQuery): Fault | undefined;
  /** Whether streams of this cluster that are running already must fall silent. */
  silenced(cluster: string | null): boolean;
  /** Whether Karmada itself can reach the member. */
  reachable(cluster: string): boolean;
}

const UNREACHABLE = new Set(['hang', 'refuse', 'dialError', 'halfOpen']);

export function createFaults(): Faults {
  const active: { fault: Fault; left: number }[] = [];

  const applies = ({ where }: Fault, cluster: string | null): boolean =>
    where === '*' || where === (cluster ?? 'karmada');

  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      active.push(entry);
      return () => {
        const at = active.indexOf(entry);
        if (at >= 0) active.splice(at, 1);
      };
    },
    clear() {
      active.length = 0;
    },
    unmet: () => active.filter(({ left }) => Number.isFinite(left)).map(({ fault }) => fault),
    next({ cluster, method, url }) {
      const at = active.findIndex(
        ({ fault }) =>
          applies(fault, cluster) &&
          (fault.method === undefined || fault.method === method) &&
          (fault.matching === undefined || url.includes(fault.matching)),
      );
      const entry = active[at];
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) active.splice(at, 1);
      return entry.fault;
    },
    silenced: (cluster) => active.some(({ fault }) => fault.kind === 'halfOpen' && applies(fault, cluster)),
    reachable: (cluster) =>
      !active.some(
        ({ fault }) =>
          fault.where === cluster &&
          UNREACHABLE.has(fault.kind) &&
          fault.matching === undefined &&
          fault.times === undefined,
      ),
  };
}

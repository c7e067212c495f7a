interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  /** null for the control plane */
  readonly cluster: string | null;
  /** Inside the member when there is one. */
  readonly path: string;
  readonly query: string;
}

/** Who asked what, for tests that count requests. */
export interface RequestLog {
  /** `over` aborts when the exchange has ended, whoever ended it. */
  add(request: LoggedRequest, over: AbortSignal): void;
  /** How many are not answered to the end, and their clients still there. */
  open(): number;
  entries(): readonly LoggedRequest[];
  count(filter?: (request: LoggedRequest) => boolean): number;
  byCluster(): Record<string, number>;
  clear(): void;
}

const KEPT = 100_000;

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  let open = 0;
  return {
    add(request, over) {
      entries.push(request);
      if (entries.length > KEPT * 2) entries = entries.slice(-KEPT);
      if (over.aborted) return;
      open += 1;
      over.addEventListener('abort', () => (open -= 1), { once: true });
    },
    open: () => open,
    entries: () => entries,
    count: (filter = () => true) => entries.filter(filter).length,
    byCluster() {
      const counts: Record<string, number> = {};
      for (const { cluster } of entries) counts[cluster ?? ''] = (counts[cluster ?? ''] ?? 0) + 1;
      return counts;
    },
    clear() {
      entries = [];
    },
  };
}

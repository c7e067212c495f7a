import type { KubeFailure } from './errors.ts';

/** The API server that a request is for: the one that the credentials are for, or one behind its proxy. */
export interface Server {
  /** In messages: "Cluster a (through b)". */
  readonly title: string;
  /** In reports and errors; null for the server that the credentials are for. */
  readonly name: string | null;
  /** Before every path: that of the proxy. */
  readonly basePath: string;
  /** The error to throw. A proxy has answers of its own, which only those who know it can tell from the server's. */
  error(problem: Problem): Error;
}

/** What a request asks for, so that a 404 of this very object can be told from any other 404. */
export interface Target {
  /** Within the server: without the path of a proxy. */
  readonly path: string;
  readonly plural: string;
  readonly name: string | null;
}

/** Who was asked for what; every message of ours names it. */
export interface Asked {
  readonly method: string;
  readonly server: Server;
  readonly target: Target;
}

/** The fields of a Kubernetes Status that tell one failure from another. */
export interface Status {
  readonly reason: string;
  readonly message: string;
  readonly details: {
    readonly name?: unknown;
    readonly group?: unknown;
    readonly kind?: unknown;
    readonly causes?: unknown;
  };
}

export interface Problem {
  /** answer: not 2xx. late: none in time. silent: a stream on which nothing came for too long. The rest: in `failure`. */
  readonly origin: 'answer' | 'late' | 'silent' | 'other';
  readonly failure: KubeFailure;
  readonly message: string;
  /** What to do about it; empty where the failure says all. */
  readonly advice: string;
  readonly status?: number;
  readonly said?: Status | undefined;
  readonly retryAfterSeconds?: number | null;
  /** The server's own. */
  readonly words?: string;
  readonly cause?: unknown;
}

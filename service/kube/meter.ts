import { KubeError } from './errors.ts';
import type { Server } from './server.ts';

export type Verb =
  | 'get'
  | 'list'
  | 'table'
  | 'version'
  | 'watch'
  | 'logs'
  | 'create'
  | 'apply'
  | 'replace'
  | 'patch'
  | 'delete'
  | 'document'
  | 'forward'
  | 'ask'
  | 'request';

/** One per request, when its answer has been read, its stream has ended or it has failed. */
export interface RequestReport {
  /** A server behind a proxy; null for the one that the credentials are for. */
  readonly server: string | null;
  readonly verb: Verb;
  /** Or the failure of the error that was thrown. */
  readonly outcome: 'ok' | 'missing' | 'aborted' | (string & {});
  readonly seconds: number;
  /** Of the body as it came over the wire. */
  readonly bytes: number;
}

export interface Meter {
  add(bytes: number): void;
  /** The first report counts; later ones are ignored. */
  done(outcome: RequestReport['outcome']): void;
  failed(error: unknown): void;
}

export function createMeter(
  { server, verb }: { readonly server: Server; readonly verb: Verb },
  report: ((report: RequestReport) => void) | undefined,
): Meter {
  const startedAt = performance.now();
  let bytes = 0;
  let reported = false;
  const done = (outcome: RequestReport['outcome']): void => {
    if (reported) return;
    reported = true;
    const seconds = (performance.now() - startedAt) / 1000;
    report?.({ server: server.name, verb, outcome, seconds, bytes });
  };
  return {
    add(more) {
      bytes += more;
    },
    done,
    failed: (error) => done(error instanceof KubeError ? error.failure : 'aborted'),
  };
}

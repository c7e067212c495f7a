import { KarmadaError, type KarmadaFailure } from './errors.ts';

export type Verb = 'get' | 'list' | 'table' | 'watch' | 'logs' | 'apply' | 'delete';

/** One per request, when its answer has been read, its stream has ended or it has failed. */
export interface RequestReport {
  /** null for the control plane */
  readonly cluster: string | null;
  readonly verb: Verb;
  readonly outcome: 'ok' | 'missing' | 'aborted' | KarmadaFailure;
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
  of: Pick<RequestReport, 'cluster' | 'verb'>,
  report: ((report: RequestReport) => void) | undefined,
): Meter {
  const startedAt = performance.now();
  let bytes = 0;
  let reported = false;
  const done = (outcome: RequestReport['outcome']): void => {
    if (reported) return;
    reported = true;
    const seconds = (performance.now() - startedAt) / 1000;
    report?.({ cluster: of.cluster, verb: of.verb, outcome, seconds, bytes });
  };
  return {
    add(more) {
      bytes += more;
    },
    done,
    failed: (error) => done(error instanceof KarmadaError ? error.failure : 'aborted'),
  };
}

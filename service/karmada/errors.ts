import { type ErrorDetail, KubeError, type KubeFailure } from '../kube/errors.ts';

/** What can fail with any API server, and what only Karmada's proxy tells. */
export type KarmadaFailure =
  | KubeFailure
  /** The control plane answers, this member does not (the proxy's 500 with a dial or TLS error). */
  | 'memberUnavailable'
  /** The proxy knows no such cluster. Never to be taken for a missing object. */
  | 'unknownCluster';

const PLAIN_WORDS: Readonly<Record<KarmadaFailure, string>> = {
  unavailable: 'Karmada does not answer',
  memberUnavailable: 'the cluster does not answer Karmada',
  unknownCluster: 'the cluster is not joined to Karmada',
  unauthenticated: "the service's credentials are not accepted",
  forbidden: 'the service is not allowed to read there',
  refused: 'what the service asked for was refused',
  namespaceMissing: 'the namespace does not exist',
  missing: 'it is not there any more',
  notReady: 'it is not ready yet',
  conflict: 'somebody changed it at the same time',
  expired: 'what was read is too old',
  garbled: 'the answer cannot be read',
};

/** What happened, for people. The error's own message has the words of the servers, with their addresses: that is for the log. */
export const inPlainWords = (error: unknown): string =>
  error instanceof KarmadaError ? PLAIN_WORDS[error.failure] : 'the answer cannot be read';

export class KarmadaError extends KubeError<KarmadaFailure> {
  override readonly name = 'KarmadaError';

  constructor(
    failure: KarmadaFailure,
    message: string,
    { cluster, ...detail }: ErrorDetail & { cluster?: string | null } = {},
  ) {
    super(failure, message, { ...detail, server: cluster ?? null });
  }

  /** The member it concerns; null for the control plane. */
  get cluster(): string | null {
    return this.server;
  }
}

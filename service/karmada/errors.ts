import { type ErrorDetail, KubeError, type KubeFailure } from '../kube/errors.ts';

/** What can fail with any API server, and what only Karmada's proxy tells. */
export type KarmadaFailure =
  | KubeFailure
  /** The control plane answers, this member does not (the proxy's 500 with a dial or TLS error). */
  | 'memberUnavailable'
  /** The proxy knows no such cluster. Never to be taken for a missing object. */
  | 'unknownCluster';

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

import { withAdvice } from '../kube/failures.ts';
import type { Problem } from '../kube/server.ts';
import { KarmadaError, type KarmadaFailure } from './errors.ts';

/** What Go's net and TLS layers say when the aggregated API server cannot reach a member; it answers all of them with 500. */
const MEMBER_DOWN =
  /TLS handshake timeout|connection refused|connection reset|no such host|no route to host|network is unreachable|i\/o timeout|context deadline exceeded|server misbehaving|broken pipe|use of closed network connection|x509:|tls:|proxyconnect|http2: |server gave HTTP response|\bEOF\b/;

/** The failure of a request to the control plane (null) or, through its proxy, to a member. */
export function karmadaError(cluster: string | null, problem: Problem): KarmadaError {
  const [failure, advice] = cluster === null ? ofControlPlane(problem) : ofMember(cluster, problem);
  return new KarmadaError(failure, withAdvice({ ...problem, advice }), { ...problem, cluster });
}

function ofControlPlane({ advice, failure }: Problem): [KarmadaFailure, string] {
  if (failure === 'forbidden') return [failure, 'check the RBAC of the service on Karmada'];
  return [failure, refusedCredentials(failure, advice)];
}

const refusedCredentials = (failure: KarmadaFailure, advice: string): string =>
  failure === 'unauthenticated' && advice !== ''
    ? "renew the token or certificate in the service's kubeconfig"
    : advice;

function ofMember(
  cluster: string,
  { advice, failure, origin, said, status = 0, words = '' }: Problem,
): [KarmadaFailure, string] {
  if (origin === 'late' || origin === 'silent') return ['memberUnavailable', advice];
  if (failure === 'forbidden')
    return [failure, `check the RBAC of the service for clusters/proxy on Karmada and for reading in ${cluster}`];
  if (status === 404 && said?.details.group === 'cluster.karmada.io' && said.details.kind === 'clusters')
    return ['unknownCluster', 'no such cluster is joined to Karmada'];
  // The proxy could not find the credentials that Karmada keeps of the member: it is half joined, not the object missing.
  if (status === 404 && said?.details.kind === 'secrets')
    return ['memberUnavailable', 'join the cluster to Karmada again'];
  if (status >= 500 && failure === 'unavailable' && MEMBER_DOWN.test(words))
    return ['memberUnavailable', 'Karmada cannot reach its API server'];
  return [failure, refusedCredentials(failure, advice)];
}

import { isDeepStrictEqual } from 'node:util';
import { type K8s, k8s } from './k8s.ts';

export interface Probes {
  readonly startup?: K8s.Probe;
  readonly liveness: K8s.Probe;
  readonly readiness: K8s.Probe;
  /** Whether readiness and liveness ask the same, where settings say so; left out: where they look the same. */
  readonly asksTheSame?: boolean;
}

type Timing = Omit<K8s.Probe, 'httpGet' | 'exec' | 'tcpSocket' | 'grpc'>;

/** Five minutes to start; a liveness probe only begins to count after that. */
export const SLOW_START: Timing = { periodSeconds: 5, failureThreshold: 60 };

/** Where one question tells both, a pod leaves its Service first, and is started again only when that did not help. */
const PATIENCE: Timing = { failureThreshold: 6 };

/** The liveness probe, more patient than a readiness probe that asks the same. */
export function livenessOf({ liveness, readiness, ...probes }: Probes): K8s.Probe {
  const asksTheSame = probes.asksTheSame ?? isDeepStrictEqual(question(liveness), question(readiness));
  return asksTheSame ? { ...PATIENCE, ...liveness } : liveness;
}

const question = ({ exec, httpGet, tcpSocket }: K8s.Probe) => ({ exec, httpGet, tcpSocket });

export const http = (path: string, port: number, timing: Timing = {}): K8s.Probe => ({
  httpGet: { path, port: k8s.IntOrString.fromNumber(port) },
  timeoutSeconds: 3,
  ...timing,
});

export const command = (words: string[], timing: Timing = {}): K8s.Probe => ({
  exec: { command: words },
  timeoutSeconds: 5,
  ...timing,
});

export const tcp = (port: number, timing: Timing = {}): K8s.Probe => ({
  tcpSocket: { port: k8s.IntOrString.fromNumber(port) },
  timeoutSeconds: 3,
  ...timing,
});

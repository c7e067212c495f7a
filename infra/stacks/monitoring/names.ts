import type { Settings } from './settings.ts';

/** What the chart kube-prometheus-stack calls the Services and pods of a release. */
export function chartNames({ prometheusStack: { release } }: Settings) {
  // As the chart cuts its own name short, so that the names of its StatefulSets' pods stay labels.
  const own = `${release}-kube-prometheus`;
  return {
    grafana: `${release}-grafana`,
    prometheus: `${own}-prometheus`,
    alertmanager: `${own}-alertmanager`,
    pods: {
      grafana: { 'app.kubernetes.io/name': 'grafana', 'app.kubernetes.io/instance': release },
      prometheus: { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': `${own}-prometheus` },
      alertmanager: { 'app.kubernetes.io/name': 'alertmanager', alertmanager: `${own}-alertmanager` },
      /** The Prometheus operator, and the Jobs that make the certificate of its webhook. */
      operator: {
        'app.kubernetes.io/name': 'kube-prometheus-stack-prometheus-operator',
        'app.kubernetes.io/instance': release,
      },
      kubeStateMetrics: { 'app.kubernetes.io/name': 'kube-state-metrics', 'app.kubernetes.io/instance': release },
    },
  } as const;
}

export const PORTS = {
  grafana: 3000,
  grafanaService: 80,
  prometheus: 9090,
  alertmanager: 9093,
  /** Where several Alertmanagers agree on what was told. */
  alertmanagerMesh: 9094,
  /** Admission webhook of the Prometheus operator. */
  operator: 10250,
  kubeStateMetrics: 8080,
  /** A pod that cert-manager starts while Let's Encrypt looks. */
  acmeSolver: 8089,
} as const;

/** The host name of Grafana; undefined while neither it nor an address is known. */
export function hostOf({ exposure: { address, host, type } }: Settings): string | undefined {
  if (type === 'none') return undefined;
  if (host !== '') return host;
  return address === '' ? undefined : `grafana.${address}.nip.io`;
}

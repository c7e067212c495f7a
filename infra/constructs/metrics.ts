import { Construct } from 'constructs';
import { ServiceMonitor } from '../../imports/monitoring.coreos.com.ts';
import { k8s } from './k8s.ts';
import { stackOf } from './stack.ts';
import type { Workload } from './workload.ts';

/**
 * A headless Service that names every pod of a workload: a Service's own address leads to one pod of several, and
 * opening the port of the metrics on a Service that is exposed would expose them too.
 */
export class PodsService extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, workload: Workload, labels: Record<string, string> = {}) {
    super(scope, id);
    this.name = podsName(workload);
    const { metrics } = workload.props;
    if (!metrics) throw new Error(`${workload.node.path} declares no metrics`);
    const port = { name: metrics.port, port: workload.port(metrics.port), protocol: 'TCP' };
    new k8s.KubeService(this, 'service', {
      metadata: { name: this.name, labels },
      spec: {
        clusterIp: 'None',
        selector: workload.selector,
        ports: [{ ...port, targetPort: k8s.IntOrString.fromString(metrics.port) }],
      },
    });
  }
}

export const podsName = (workload: Workload): string => `${workload.name}-pods`;

/** Tells prometheus-operator of a workload's metrics, where there is one. */
export class Monitor extends Construct {
  constructor(workload: Workload, labels: Record<string, string>, servicePorts: Record<string, number>) {
    super(workload, 'monitor');
    const { metrics } = workload.props;
    const { monitoring } = stackOf(this).settings;
    if (!metrics || !monitoring.enabled) return;
    const { path, port, tellsOfOthers, token } = metrics;
    const authorization = token && { credentials: { name: token.secret, key: token.key } };
    if (servicePorts[metrics.port] === undefined) new PodsService(this, 'pods', workload, labels);
    new ServiceMonitor(this, 'monitor', {
      metadata: { name: workload.name, labels: { ...monitoring.labels, ...labels } },
      spec: {
        selector: { matchLabels: workload.selector },
        endpoints: [
          {
            port,
            path,
            ...(tellsOfOthers && { honorLabels: true }),
            ...(authorization && { authorization }),
            interval: monitoring.interval,
          },
        ],
      },
    });
  }
}

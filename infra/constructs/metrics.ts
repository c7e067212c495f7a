import { Construct } from 'constructs';
import { ServiceMonitor } from '../../imports/monitoring.coreos.com.ts';
import { k8s } from './k8s.ts';
import { INSTALLATION } from './labels.ts';
import { stackOf } from './stack.ts';
import type { Workload } from './workload.ts';

/**
 * A headless Service that names every pod of a workload: a Service's own address leads to one pod of several, and
 * opening the port of the metrics on a Service that is exposed would expose them too.
 */
class PodsService extends Construct {
  constructor(scope: Construct, id: string, workload: Workload, portName: string, labels: Record<string, string>) {
    super(scope, id);
    new k8s.KubeService(this, 'service', {
      metadata: { name: podsName(workload), labels },
      spec: {
        clusterIp: 'None',
        selector: workload.selector,
        ports: [
          {
            name: portName,
            port: workload.port(portName),
            protocol: 'TCP',
            targetPort: k8s.IntOrString.fromString(portName),
          },
        ],
      },
    });
  }
}

/** One name for all pods of a workload, each by its own address; some have it already, where the operator watches or a load balancer asks. */
export function namePods(workload: Workload, portName: string, labels: Record<string, string> = {}): void {
  const isThere = workload.node.findAll().some((part) => part instanceof PodsService);
  if (!isThere) new PodsService(workload, 'pods', workload, portName, labels);
}

export const podsName = (workload: Workload): string => `${workload.name}-pods`;

/** Tells prometheus-operator of a workload's metrics, where there is one. */
export class Monitor extends Construct {
  constructor(workload: Workload, labels: Record<string, string>, servicePorts: Record<string, number>) {
    super(workload, 'monitor');
    const { metrics } = workload.props;
    const stack = stackOf(this);
    const { monitoring } = stack.settings;
    if (!metrics || !monitoring.enabled) return;
    const { path, port, tellsOfOthers, token } = metrics;
    const authorization = token && { credentials: { name: token.secret, key: token.key } };
    if (servicePorts[metrics.port] === undefined) namePods(workload, metrics.port, labels);
    new ServiceMonitor(this, 'monitor', {
      metadata: { name: workload.name, labels: { ...monitoring.labels, ...labels } },
      spec: {
        selector: { matchLabels: { app: workload.app, [INSTALLATION]: stack.instance } },
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

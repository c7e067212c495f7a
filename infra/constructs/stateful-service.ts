import type { Construct } from 'constructs';
import { k8s } from './k8s.ts';
import { Monitor, namePods, podsName } from './metrics.ts';
import { Workload, type WorkloadProps } from './workload.ts';

export interface StatefulServiceProps extends WorkloadProps {
  readonly servicePorts: Record<string, number>;
}

/**
 * One pod that keeps state on volume claims of fixed names: StatefulSet, a headless Service that names its pod, and the
 * Service that clients use. A single pod on purpose: what needs more (a database with failover) is an operator's business.
 */
export class StatefulService extends Workload {
  constructor(scope: Construct, id: string, props: StatefulServiceProps) {
    super(scope, id, props);
    const statefulSet = new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata: this.metadata(),
      spec: {
        replicas: 1,
        serviceName: podsName(this),
        selector: { matchLabels: this.selector },
        template: this.podTemplate(),
      },
    });
    this.extensible(statefulSet);
    const service = new k8s.KubeService(this, 'service', {
      metadata: this.serviceMetadata(),
      spec: {
        type: 'ClusterIP',
        ...this.stack.ipFamilies,
        selector: this.selector,
        ports: Object.entries(props.servicePorts).map(([name, port]) => ({
          name,
          port,
          protocol: 'TCP',
          targetPort: k8s.IntOrString.fromString(name),
        })),
      },
    });
    this.extensible(service);
    new Monitor(this, this.serviceMetadata().labels, props.servicePorts);
    for (const port of Object.keys(props.servicePorts).slice(0, 1)) namePods(this, port);
  }
}

import type { Construct } from 'constructs';
import type { LoadBalancerExposure } from '../settings/exposure.ts';
import type { Autoscaling } from '../settings/fragments.ts';
import { type K8s, k8s } from './k8s.ts';
import { Monitor } from './metrics.ts';
import { spread } from './pod.ts';
import { Workload, type WorkloadProps } from './workload.ts';

export interface WebServiceProps extends WorkloadProps {
  readonly replicas: number;
  /** Opens service ports on every node: the name of the port and the number. */
  readonly nodePorts?: Record<string, number>;
  /** Has the cloud put a load balancer in front of its Service. */
  readonly loadBalancer?: LoadBalancerExposure;
  readonly autoscaling?: Autoscaling;
  readonly disruptionBudget?: boolean;
  readonly topologySpread?: boolean;
  /** Never two at once: the old pod goes before the new one comes. */
  readonly isAlone?: boolean;
  /** How many pods may be above or below the number during an update; nothing below by default. */
  readonly rollingUpdate?: { readonly maxSurge: number; readonly maxUnavailable: number };
}

/** A stateless workload that may have several pods: Deployment, Service, disruption budget, autoscaler, monitor. */
export class WebService extends Workload {
  private readonly web: WebServiceProps;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id, props);
    this.web = props;
    this.deployment();
    if (props.servicePorts) this.service(props.servicePorts);
    if (props.disruptionBudget) this.budget();
    if (props.autoscaling?.enabled) this.autoscaler(props.autoscaling);
    new Monitor(this, this.serviceMetadata().labels, props.servicePorts ?? {});
  }

  /** The Service's port of that name, for clients in the namespace. */
  override endpoint(portName: string) {
    return super.endpoint(portName, this.web.servicePorts?.[portName]);
  }

  private deployment(): void {
    const { autoscaling, isAlone, mounts = [], replicas } = this.web;
    const { rollingUpdate = { maxSurge: 1, maxUnavailable: 0 } } = this.web;
    const writesVolume = mounts.some(({ from }) => 'claim' in from && !from.readOnly);
    const deployment = new k8s.KubeDeployment(this, 'deployment', {
      metadata: this.metadata(),
      spec: {
        // With an autoscaler the number is its business: written here too, each apply would undo its work.
        ...(!autoscaling?.enabled && { replicas }),
        selector: { matchLabels: this.selector },
        // Most volumes are one node's at a time: a new pod on another would wait for the old one to let go, which
        // stays until the new one is ready. Nor should two versions write the same files.
        strategy:
          isAlone || writesVolume
            ? { type: 'Recreate' }
            : {
                type: 'RollingUpdate',
                rollingUpdate: {
                  maxSurge: k8s.IntOrString.fromNumber(rollingUpdate.maxSurge),
                  maxUnavailable: k8s.IntOrString.fromNumber(rollingUpdate.maxUnavailable),
                },
              },
        template: this.podTemplate({
          ...(this.web.topologySpread && { topologySpreadConstraints: spread(this.selector) }),
        }),
      },
    });
    this.extensible(deployment);
  }

  private service(servicePorts: Record<string, number>): void {
    const nodePorts = this.web.nodePorts ?? {};
    const ports = Object.entries(servicePorts).map(
      ([name, port]): K8s.ServicePort => ({
        name,
        port,
        protocol: 'TCP',
        targetPort: k8s.IntOrString.fromString(name),
        ...(nodePorts[name] !== undefined && { nodePort: nodePorts[name] }),
      }),
    );
    const { annotations = {}, className, sourceRanges = [] } = this.web.loadBalancer ?? {};
    const inside = Object.keys(nodePorts).length > 0 ? 'NodePort' : 'ClusterIP';
    const service = new k8s.KubeService(this, 'service', {
      metadata: { ...this.serviceMetadata(), ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        type: this.web.loadBalancer ? 'LoadBalancer' : inside,
        ...(className && { loadBalancerClass: className }),
        ...(sourceRanges.length > 0 && { loadBalancerSourceRanges: sourceRanges }),
        ...this.stack.ipFamilies,
        ports,
        selector: this.selector,
      },
    });
    this.extensible(service);
  }

  private budget(): void {
    new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
      metadata: this.metadata(),
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        selector: { matchLabels: this.selector },
        // A pod that is broken already does not hold up the draining of its node.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  }

  private autoscaler({ byMemory, cpuPercent, maxReplicas, memoryPercent, scaleDownSeconds }: Autoscaling): void {
    const use = (name: string, averageUtilization: number) => ({
      type: 'Resource',
      resource: { name, target: { type: 'Utilization', averageUtilization } },
    });
    new k8s.KubeHorizontalPodAutoscalerV2(this, 'autoscaler', {
      metadata: this.metadata(),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: this.name },
        minReplicas: this.web.replicas,
        maxReplicas,
        metrics: [use('cpu', cpuPercent), ...(byMemory ? [use('memory', memoryPercent)] : [])],
        behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownSeconds } },
      },
    });
  }
}

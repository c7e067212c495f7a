import { type ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { checksum } from '../data/checksum.ts';
import { type Endpoint, namespacePeer } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { INSTALLATION, selectorLabels, workloadLabels } from './labels.ts';
import { type Admission, networkPolicySpec } from './network-policy.ts';
import { type PodProps, podSpec } from './pod.ts';
import { type Stack, stackOf } from './stack.ts';

interface Metrics {
  readonly port: string;
  readonly path: string;
  /** Who scrapes has to send it as a bearer token. */
  readonly token?: { readonly secret: string; readonly key: string };
  /** Some of its figures are about others: they name the namespace of those, which is not to be replaced by its own. */
  readonly tellsOfOthers?: true;
}

export interface WorkloadProps extends Omit<PodProps, 'name' | 'serviceAccount' | 'envFrom'> {
  /** Name of the workload and of all that belongs to it; the name of the construct when left out. */
  readonly name?: string;
  /** For people and diagrams: "Job API". */
  readonly title: string;
  readonly component: string;
  /** Ports of its Service, by the name of the pod's port behind each; none: it has no Service. */
  readonly servicePorts?: Record<string, number>;
  /** Path at which people or programs from outside begin: where it is, they are told after a deployment. */
  readonly entrance?: string;
  /** Labels of the pods beside the usual ones, by which others look for them. */
  readonly podLabels?: Record<string, string>;
  /** Configuration that is no secret: a ConfigMap of variables, whose change rolls the pods. */
  readonly config?: Record<string, string>;
  /** Files to mount from ConfigMaps made elsewhere; their content goes into the checksum as well. */
  readonly configFiles?: Record<string, string>;
  /** Where Prometheus finds figures. */
  readonly metrics?: Metrics;
  /** Who else may come in, beside those workloads that declare it: an ingress controller, a NodePort's clients. */
  readonly admits?: { readonly port: string; readonly peers: K8s.NetworkPolicyPeer[] | 'anyone' }[];
}

/**
 * What every workload has, of whatever kind: its own ServiceAccount without rights, its pod template, and a
 * NetworkPolicy made of what it and its clients declare. Subclasses add the Deployment, StatefulSet, Job or CronJob.
 */
export abstract class Workload extends Construct {
  readonly name: string;
  /** Its name without the prefix of this installation: for labels, containers and people. */
  readonly app: string;
  readonly props: WorkloadProps;
  readonly selector: Record<string, string>;
  protected readonly stack: Stack;
  private readonly admissions: Admission[] = [];

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    this.stack = stackOf(this);
    this.app = props.name ?? id;
    this.name = this.stack.named(this.app);
    this.props = props;
    this.selector = selectorLabels(this.stack, this.app);
    this.extensible(
      new k8s.KubeServiceAccount(this, 'service-account', {
        metadata: this.metadata(),
        automountServiceAccountToken: false,
      }),
    );
    if (props.config) {
      new k8s.KubeConfigMap(this, 'config', { metadata: this.metadata(), data: props.config });
    }
    this.declareConnections();
    if (this.stack.settings.isolation.enabled) this.isolate();
  }

  /** One of its ports, for others to talk to. */
  endpoint(portName: string, servicePort?: number): Endpoint {
    const podPort = this.port(portName);
    return {
      title: this.props.title,
      name: this.app,
      host: this.name,
      port: servicePort ?? podPort,
      podPorts: [podPort],
      peers: [{ podSelector: { matchLabels: this.selector } }],
      allow: (client) => this.admissions.push({ port: podPort, peers: [client] }),
    };
  }

  port(portName: string): number {
    const port = this.props.ports?.[portName];
    if (port === undefined) throw new Error(`${this.node.path} has no port named ${portName}`);
    return port;
  }

  protected metadata(name = this.name): { name: string; labels: Record<string, string> } {
    return { name, labels: this.labels() };
  }

  /** Of its Services, which monitors select. */
  protected serviceMetadata(): { name: string; labels: Record<string, string> } {
    const { labels, name } = this.metadata();
    return { name, labels: { ...labels, [INSTALLATION]: this.stack.instance } };
  }

  protected labels(): Record<string, string> {
    return workloadLabels(this.stack, this.app, this.props.component);
  }

  protected podTemplate(extra: Partial<K8s.PodSpec> = {}): K8s.PodTemplateSpec {
    const { config, configFiles } = this.props;
    const content = { ...config, ...configFiles };
    return {
      metadata: {
        labels: { ...this.labels(), ...this.props.podLabels },
        ...(Object.keys(content).length > 0 && { annotations: { 'checksum/config': checksum(content) } }),
      },
      spec: {
        ...podSpec(this.stack, {
          ...this.props,
          name: this.app,
          serviceAccount: this.name,
          ...(config && { envFrom: { configMap: this.name, names: Object.keys(config) } }),
        }),
        ...extra,
      },
    };
  }

  /** An object that the settings of this workload may add to. */
  protected extensible(object: ApiObject): void {
    this.stack.extended.set(object, this.props.extras);
  }

  private declareConnections(): void {
    const { admits = [], metrics, talksTo = [] } = this.props;
    for (const { to } of talksTo) to.allow?.({ podSelector: { matchLabels: this.selector } });
    for (const { port, peers } of admits) {
      this.admissions.push({ port: this.port(port), peers: peers === 'anyone' ? [] : peers });
    }
    const { monitoring } = this.stack.settings;
    if (metrics && monitoring.enabled) {
      this.admissions.push({ port: this.port(metrics.port), peers: [namespacePeer(monitoring.namespace)] });
    }
  }

  private isolate(): void {
    this.extensible(
      new k8s.KubeNetworkPolicy(this, 'network-policy', {
        metadata: this.metadata(),
        // Made when the manifests are written, for workloads declared later may still ask to be let in.
        spec: Lazy.any({
          produce: () =>
            networkPolicySpec(
              this.selector,
              this.admissions,
              (this.props.talksTo ?? []).map(({ to }) => to),
            ),
        }),
      }),
    );
  }
}

/** Every workload of a stack, in the order of declaration: scrape targets and diagrams are made from this list. */
export const workloadsOf = (stack: Stack): Workload[] =>
  stack.node.findAll().filter((construct) => construct instanceof Workload);

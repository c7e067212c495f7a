import { Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { Cluster, type ClusterSpecBackup, ScheduledBackup } from '../../imports/postgresql.cnpg.io.ts';
import { OBJECT_STORE_KEYS, type PostgresSettings } from '../settings/database.ts';
import { type Endpoint, external, kubernetesApi, namespacePeer } from './endpoint.ts';
import { imageReference } from './image.ts';
import { type K8s, k8s } from './k8s.ts';
import { workloadLabels } from './labels.ts';
import { letAskDns, networkPolicySpec } from './network-policy.ts';
import { type Stack, stackOf } from './stack.ts';

export interface CloudNativePostgresProps {
  readonly name: string;
  readonly title: string;
  readonly settings: PostgresSettings;
}

const PORT = 5432;
/** Where the operator asks an instance how it is. */
const STATUS_PORT = 8000;

/** A CloudNativePG cluster. The operator makes the pods, their security settings, the Services and the Secret. */
export class CloudNativePostgres extends Construct {
  readonly endpoint: Endpoint;
  readonly url: { readonly secret: string; readonly key: string };
  private readonly name: string;
  private readonly stack: Stack;
  private readonly props: CloudNativePostgresProps;
  /** The label that the operator puts on each instance. */
  private readonly selector: Record<string, string>;

  constructor(scope: Construct, id: string, props: CloudNativePostgresProps) {
    super(scope, id);
    this.props = props;
    this.stack = stackOf(this);
    this.name = this.stack.named(props.name);
    this.selector = { 'cnpg.io/cluster': this.name };
    this.url = { secret: `${this.name}-app`, key: 'uri' };
    this.cluster();
    if (props.settings.cloudnativepg.backup.method !== 'none') this.schedule();
    const clients: K8s.NetworkPolicyPeer[] = [];
    this.endpoint = {
      title: props.title,
      name: props.name,
      host: `${this.name}-rw`,
      port: PORT,
      podPorts: [PORT],
      peers: [{ podSelector: { matchLabels: this.selector } }],
      allow: (client) => clients.push(client),
    };
    if (this.stack.settings.isolation.enabled) this.isolate(clients);
  }

  private labels(): Record<string, string> {
    return workloadLabels(this.stack, this.props.name, 'database');
  }

  private cluster(): void {
    const { settings } = this.props;
    const { cloudnativepg, database, resources, user, volume } = settings;
    const { images, storage } = this.stack.settings;
    const cluster = new Cluster(this, 'cluster', {
      metadata: { name: this.name, labels: this.labels() },
      spec: {
        instances: cloudnativepg.instances,
        imageName: imageReference(cloudnativepg.image, images),
        imagePullPolicy: images.pullPolicy,
        ...(images.pullSecrets.length > 0 && {
          imagePullSecrets: images.pullSecrets.map((secret) => ({ name: secret })),
        }),
        bootstrap: { initdb: { database, owner: user } },
        storage: { size: volume.size, ...(storage.className && { storageClass: storage.className }) },
        resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
        affinity: {
          enablePodAntiAffinity: true,
          topologyKey: 'kubernetes.io/hostname',
          podAntiAffinityType: 'preferred',
        },
        ...(Object.keys(cloudnativepg.serviceAccountAnnotations).length > 0 && {
          serviceAccountTemplate: { metadata: { annotations: { ...cloudnativepg.serviceAccountAnnotations } } },
        }),
        ...this.backup(),
      },
    });
    this.stack.extended.set(cluster, settings);
  }

  private backup(): { backup?: ClusterSpecBackup } {
    const { keepDays, method, objectStore, snapshotClass } = this.props.settings.cloudnativepg.backup;
    if (method === 'none') return {};
    if (method === 'volumeSnapshot') {
      return { backup: { volumeSnapshot: { ...(snapshotClass && { className: snapshotClass }) } } };
    }
    return {
      backup: {
        retentionPolicy: `${keepDays}d`,
        barmanObjectStore: {
          destinationPath: objectStore.destination,
          ...(objectStore.endpointUrl && { endpointUrl: objectStore.endpointUrl }),
          ...credentials(objectStore),
          wal: { compression: 'gzip' },
        },
      },
    };
  }

  private schedule(): void {
    const { method, schedule } = this.props.settings.cloudnativepg.backup;
    new ScheduledBackup(this, 'scheduled-backup', {
      metadata: { name: this.name, labels: this.labels() },
      spec: {
        cluster: { name: this.name },
        // The operator's schedules begin with a field for the seconds.
        schedule: `0 ${schedule}`,
        method: method === 'objectStore' ? 'barmanObjectStore' : 'volumeSnapshot',
        backupOwnerReference: 'self',
      },
    });
  }

  /** The namespace denies by default, so the instances need what the operator's documentation asks for. */
  private isolate(clients: K8s.NetworkPolicyPeer[]): void {
    const { backup, operatorNamespace } = this.props.settings.cloudnativepg;
    const instances = { podSelector: { matchLabels: this.selector } };
    const port = (number: number) => [{ protocol: 'TCP', port: k8s.IntOrString.fromNumber(number) }];
    const reaches = [
      kubernetesApi(this.stack.settings.isolation),
      ...(backup.method === 'objectStore' ? [external('Backup storage', 'backup', backup.objectStore.address)] : []),
    ];
    letAskDns(this, this.name, this.selector);
    const admit = (number: number, ...peers: K8s.NetworkPolicyPeer[]) => ({ port: number, peers });
    const policy = new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: { name: this.name, labels: this.labels() },
      spec: Lazy.any({
        produce: () => {
          const spec = networkPolicySpec(
            this.selector,
            [admit(PORT, instances, ...clients), admit(STATUS_PORT, instances, namespacePeer(operatorNamespace))],
            reaches,
          );
          const between = [PORT, STATUS_PORT].flatMap(port);
          return {
            ...spec,
            egress: [{ to: [instances], ports: between }, ...(spec.egress ?? [])],
          };
        },
      }),
    });
    this.stack.extended.set(policy, this.props.settings);
  }
}

type ObjectStore = PostgresSettings['cloudnativepg']['backup']['objectStore'];

function credentials({
  provider,
  secretName: name,
}: ObjectStore): Partial<NonNullable<ClusterSpecBackup['barmanObjectStore']>> {
  const account = { name, key: OBJECT_STORE_KEYS.account };
  const key = { name, key: OBJECT_STORE_KEYS.key };
  switch (provider) {
    case 's3':
      return { s3Credentials: { accessKeyId: account, secretAccessKey: key } };
    case 'azure':
      return { azureCredentials: { storageAccount: account, storageKey: key } };
    case 'google':
      return { googleCredentials: { gkeEnvironment: true } };
  }
}

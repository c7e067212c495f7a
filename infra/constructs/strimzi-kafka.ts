import { Construct } from 'constructs';
import { Kafka, KafkaNodePool } from '../../imports/kafka.strimzi.io.ts';
import type { KafkaSettings } from '../settings/workloads.ts';
import type { Endpoint } from './endpoint.ts';
import { k8s } from './k8s.ts';
import { letAskDns, tcpPort } from './network-policy.ts';
import { restrictedContainer } from './pod.ts';
import { stackOf } from './stack.ts';

export interface StrimziKafkaProps {
  readonly name: string;
  readonly settings: KafkaSettings;
}

const PORT = 9092;
/** Controllers among each other, replication among brokers, and the listener itself. */
const BETWEEN = [9090, 9091, PORT];

/** A Kafka cluster that the Strimzi operator runs: it makes the pods, their volumes, Services and network policies. */
export class StrimziKafka extends Construct {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { name: app, settings }: StrimziKafkaProps) {
    super(scope, id);
    const stack = stackOf(this);
    const name = stack.named(app);
    const { isolation, storage } = stack.settings;
    const { className } = storage;
    const pods = { podSelector: { matchLabels: { 'strimzi.io/cluster': name, 'strimzi.io/kind': 'Kafka' } } };
    const { brokers, version } = settings.strimzi;
    const copies = Math.min(brokers, 3);
    const nodes = new KafkaNodePool(this, 'nodes', {
      metadata: { name: `${name}-nodes`, labels: { 'strimzi.io/cluster': name } },
      spec: {
        replicas: brokers,
        roles: ['controller', 'broker'],
        storage: {
          type: 'persistent-claim',
          size: settings.volume.size,
          ...(className && { class: className }),
        },
        resources: { requests: { ...settings.resources.requests }, limits: { ...settings.resources.limits } },
        jvmOptions: { xms: settings.heap, xmx: settings.heap },
      },
    });
    stack.extended.set(nodes, settings);
    new Kafka(this, 'kafka', {
      metadata: { name },
      spec: {
        kafka: {
          version,
          listeners: [{ name: 'plain', port: PORT, type: 'internal', tls: false }],
          config: {
            'auto.create.topics.enable': false,
            'offsets.topic.replication.factor': copies,
            'transaction.state.log.replication.factor': copies,
            'transaction.state.log.min.isr': Math.max(1, copies - 1),
            'default.replication.factor': copies,
          },
          // By itself the operator makes pods that the restricted standard refuses. On the container: what the pod as
          // a whole is given would replace the group that the operator gives its volumes.
          template: { kafkaContainer: restrictedContainer() },
        },
      },
    });
    this.endpoint = {
      title: 'Kafka',
      name: app,
      host: `${name}-kafka-bootstrap`,
      port: PORT,
      podPorts: [PORT],
      // The operator's own network policy lets clients and itself in, so there is nothing to admit here.
      peers: [pods],
    };
    if (!isolation.enabled) return;
    letAskDns(this, `${name}-nodes`, pods.podSelector.matchLabels);
    // It says nothing of the way out, which the namespace denies: the nodes must find each other.
    const policy = new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: { name: `${name}-nodes` },
      spec: {
        ...pods,
        policyTypes: ['Egress'],
        egress: [{ to: [pods], ports: BETWEEN.map(tcpPort) }],
      },
    });
    stack.extended.set(policy, settings);
  }
}

import { Construct } from 'constructs';
import type { KafkaSettings } from '../settings/workloads.ts';
import { ConfigFiles } from './config-files.ts';
import { address, type Connection, type Endpoint, external } from './endpoint.ts';
import { OneTimeJob } from './job.ts';
import { SLOW_START, tcp } from './probes.ts';
import { stackOf } from './stack.ts';
import { StatefulService } from './stateful-service.ts';
import { StrimziKafka } from './strimzi-kafka.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface KafkaProps {
  readonly name: string;
  readonly claimName: string;
  readonly settings: KafkaSettings;
}

const CLIENTS = 9092;
const CONTROLLER = 9093;
/** `appuser` of the apache/kafka image. */
const USER = 1000;
const DATA = '/var/lib/kafka';
const CONFIG = '/etc/kafka-config';
const TOOLS = '/opt/kafka/bin';
/** Its scripts make this folder, beside themselves if they are not told another. */
const LOGS = '/tmp/logs';

/** Kafka as the settings want it, with its topics; clients need only `connection()`. */
export class Kafka extends Construct {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: KafkaProps) {
    super(scope, id);
    const { settings } = props;
    if (settings.mode === 'bundled') this.endpoint = this.bundled(props);
    else if (settings.mode === 'strimzi') this.endpoint = new StrimziKafka(this, 'cluster', props).endpoint;
    else this.endpoint = external('Kafka', props.name, settings.external.address, settings.external.host);
    if (settings.topics.length > 0) this.topics(props);
  }

  /** How a workload names it: the variable, the init wait and the network policies in one. */
  connection(): Connection {
    return {
      to: this.endpoint,
      env: (to) => ({ KAFKA_BOOTSTRAP_SERVERS: address(to) }),
      waitSeconds: 300,
    };
  }

  private bundled({ claimName, name, settings }: KafkaProps): Endpoint {
    const claim = new VolumeClaim(this, 'data', { name: claimName, size: settings.volume.size });
    const config = new ConfigFiles(this, 'config', {
      name: `${name}-config`,
      files: { 'server.properties': serverProperties(stackOf(this).named(name)), 'log4j.properties': LOGGING },
    });
    const broker = new StatefulService(this, 'broker', {
      name,
      title: 'Kafka',
      component: 'messaging',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      ports: { kafka: CLIENTS, controller: CONTROLLER },
      servicePorts: { kafka: CLIENTS, controller: CONTROLLER },
      // The image's own entry point writes its configuration beside itself, which a read-only root forbids.
      command: [
        'sh',
        '-euc',
        `${TOOLS}/kafka-storage.sh format --ignore-formatted --cluster-id "$CLUSTER_ID" --config ${CONFIG}/server.properties
exec ${TOOLS}/kafka-server-start.sh ${CONFIG}/server.properties`,
      ],
      env: {
        CLUSTER_ID: settings.clusterId,
        KAFKA_HEAP_OPTS: `-Xms${settings.heap} -Xmx${settings.heap}`,
        LOG_DIR: LOGS,
        // Without these its scripts log to files that nobody reads and nothing bounds (up to 1 GB for the garbage
        // collector alone): the scratch space would run over, and the kubelet evict the broker.
        KAFKA_LOG4J_OPTS: `-Dlog4j.configuration=file:${CONFIG}/log4j.properties`,
        EXTRA_ARGS: '-name kafkaServer',
      },
      configFiles: config.files,
      mounts: [
        { name: 'data', path: DATA, from: { claim: claim.name } },
        { name: 'config', path: CONFIG, from: { configMap: config.name } },
      ],
      probes: { startup: tcp(CLIENTS, SLOW_START), liveness: tcp(CLIENTS), readiness: tcp(CLIENTS) },
      // A broker that is stopped closes its log segments; one that is killed checks them all when it starts.
      graceSeconds: 60,
    });
    return broker.endpoint('kafka');
  }

  private topics({ name, settings }: KafkaProps): void {
    new OneTimeJob(this, 'topics', {
      name: `${name}-topics`,
      title: 'Topics of Kafka',
      component: 'messaging',
      image: settings.image,
      user: USER,
      resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '500m', memory: '384Mi' } },
      extras: settings.topicsJob,
      backoffLimit: 6,
      deadlineSeconds: 900,
      command: [
        'sh',
        '-euc',
        `for topic in "$@"; do
  name=\${topic%%:*} counts=\${topic#*:}
  ${TOOLS}/kafka-topics.sh --bootstrap-server "$KAFKA_BOOTSTRAP_SERVERS" --create --if-not-exists \\
    --topic "$name" --partitions "\${counts%%:*}" --replication-factor "\${counts#*:}"
done`,
        'topics',
        ...settings.topics.map(({ name, partitions, replicas }) => `${name}:${partitions}:${replicas}`),
      ],
      env: { KAFKA_HEAP_OPTS: '-Xmx128m', LOG_DIR: LOGS },
      talksTo: [this.connection()],
    });
  }
}

/** To standard output, where Kubernetes keeps and rotates it. */
const LOGGING = `log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n
`;

/** One node that is broker and controller; with one broker there is one copy of everything. */
function serverProperties(name: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:${CONTROLLER}
listeners=PLAINTEXT://:${CLIENTS},CONTROLLER://:${CONTROLLER}
advertised.listeners=PLAINTEXT://${name}:${CLIENTS}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
# A folder of the volume: its root holds lost+found on some storage, which Kafka takes for a broken partition.
log.dirs=${DATA}/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
`;
}

import { Construct } from 'constructs';
import type { LoadBalancerSettings } from '../settings/observability.ts';
import { ConfigFiles } from './config-files.ts';
import type { CreatedAtDeploy } from './created-at-deploy.ts';
import { LISTEN_ON, POD_ADDRESSES } from './listening.ts';
import { namePods, podsName } from './metrics.ts';
import { http, SLOW_START } from './probes.ts';
import { stackOf } from './stack.ts';
import { WebService, type WebServiceProps } from './web-service.ts';
import type { WorkloadProps } from './workload.ts';

export interface LoadBalancerProps {
  readonly settings: LoadBalancerSettings;
  readonly title: string;
  readonly backend: WebService;
  /** The port of the backend that is asked. */
  readonly port: string;
  /** Path of the backend that answers 200 when it is well. */
  readonly healthPath: string;
  /** How it is reached from outside by a port of its own, if it is. */
  readonly outside?: Pick<WebServiceProps, 'nodePorts' | 'loadBalancer'>;
  readonly admits: WorkloadProps['admits'];
}

const TRAFFIC = 8080;
const OWN = 8404;
/** `haproxy` of the official image. */
const USER = 99;
const CONFIG = '/usr/local/etc/haproxy';
const PASSWORD = 'stats-password';

/** HAProxy in front of one service, with its statistics at /stats behind a password. */
export class LoadBalancer extends Construct {
  readonly service: WebService;

  constructor(scope: Construct, name: string, props: LoadBalancerProps) {
    super(scope, name);
    const { backend, port, settings } = props;
    namePods(backend, port);
    const config = new ConfigFiles(this, 'config', {
      name: `${name}-config`,
      files: { 'haproxy.cfg': configuration(props) },
    });
    this.service = new WebService(this, 'server', {
      name,
      title: props.title,
      component: 'load-balancer',
      entrance: '/',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      replicas: settings.replicas,
      disruptionBudget: settings.disruptionBudget,
      topologySpread: settings.topologySpread,
      ports: { http: TRAFFIC, own: OWN },
      servicePorts: { http: 80 },
      ...props.outside,
      ...(props.admits && { admits: props.admits }),
      // HAProxy does not look itself whether there is IPv6.
      command: ['sh', '-euc', `${LISTEN_ON}\nexec haproxy -W -db -f ${CONFIG}/haproxy.cfg`],
      fields: POD_ADDRESSES,
      env: { STATS_PASSWORD: { secret: settings.secret, key: PASSWORD } },
      configFiles: config.files,
      mounts: [{ name: 'config', path: CONFIG, from: { configMap: config.name } }],
      talksTo: [{ to: backend.endpoint(port), waitSeconds: 600 }],
      metrics: { port: 'own', path: '/metrics' },
      probes: {
        startup: http('/alive', OWN, SLOW_START),
        liveness: http('/alive', OWN),
        readiness: http('/alive', OWN),
      },
      preStopSeconds: 5,
      graceSeconds: 35,
    });
  }
}

/**
 * Each pod is a server of its own, found by the DNS of the cluster as pods come and go: behind the one address of a Service no
 * connection could be kept, and none be given to the pod that has the fewest.
 */
function configuration({ backend, healthPath, port, settings }: LoadBalancerProps): string {
  // HAProxy knows no search domains, so the name has to be whole.
  const pods = `${podsName(backend)}.${stackOf(backend).settings.namespace.name}.svc.${settings.clusterDomain}`;
  return `global
  log stdout format raw local0
  maxconn ${settings.maxConnections}

defaults
  mode http
  log global
  option httplog
  timeout connect 5s
  timeout client ${settings.timeout}
  timeout server ${settings.timeout}
  timeout http-request 10s

frontend traffic
  bind "\${LISTEN_ON}:${TRAFFIC}" v4v6
  stats enable
  stats uri /stats
  stats auth "admin:\${STATS_PASSWORD}"
  default_backend pods

resolvers cluster
  parse-resolv-conf
  accepted_payload_size 8192
  hold valid 5s

backend pods
  balance leastconn
  option httpchk GET ${healthPath}
  server-template pod 1-${settings.maxPods} ${pods}:${backend.port(port)} check inter 5s resolvers cluster init-addr none

frontend own
  bind "\${LISTEN_ON}:${OWN}" v4v6
  monitor-uri /alive
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404
`;
}

export const loadBalancerSecrets = ({ secret }: LoadBalancerSettings): CreatedAtDeploy[] => [
  {
    kind: 'Secret',
    name: secret,
    keys: [PASSWORD],
    what: "password of the load balancer's page /stats (user admin)",
    logIns: { [PASSWORD]: 'statistics at /stats, user admin' },
  },
];

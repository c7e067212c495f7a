import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import type { PrometheusSettings } from '../settings/observability.ts';
import { ConfigFiles } from './config-files.ts';
import type { Endpoint } from './endpoint.ts';
import { namePods, podsName } from './metrics.ts';
import { http, SLOW_START } from './probes.ts';
import { stackOf } from './stack.ts';
import { StatefulService } from './stateful-service.ts';
import { type Mount, scratch } from './volume.ts';
import { VolumeClaim } from './volume-claim.ts';
import { type Workload, workloadsOf } from './workload.ts';

const PORT = 9090;
/** `nobody` of the official image. */
const USER = 65534;
const DATA = '/prometheus';
const CONFIG = '/etc/prometheus';
const FILE = 'prometheus.yml';

/**
 * A Prometheus of the stack's own, for clusters without the operator. It scrapes every workload that was declared
 * before it with metrics: nobody writes a scrape configuration.
 */
export class Prometheus extends Construct {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, name: string, settings: PrometheusSettings) {
    super(scope, name);
    const targets = workloadsOf(stackOf(this)).filter((workload) => workload.props.metrics);
    for (const target of targets) if (target.props.metrics) namePods(target, target.props.metrics.port);
    const config = new ConfigFiles(this, 'config', {
      name: `${name}-config`,
      files: { [FILE]: scrapeConfiguration(targets, settings) },
    });
    const server = new StatefulService(this, 'server', {
      name,
      title: 'Prometheus',
      component: 'monitoring',
      entrance: '/',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      ports: { http: PORT },
      servicePorts: { http: PORT },
      args: [
        `--config.file=${CONFIG}/${FILE}`,
        // By itself it listens on addresses of IPv4 alone.
        `--web.listen-address=:${PORT}`,
        `--storage.tsdb.path=${DATA}`,
        `--storage.tsdb.retention.time=${settings.retention}`,
        `--storage.tsdb.retention.size=${settings.retentionSize}`,
      ],
      configFiles: config.files,
      mounts: [this.data(name, settings), { name: 'config', path: CONFIG, from: { configMap: config.name } }],
      talksTo: targets.map((target) => ({ to: target.endpoint(target.props.metrics?.port ?? '') })),
      probes: {
        startup: http('/-/ready', PORT, SLOW_START),
        liveness: http('/-/healthy', PORT),
        readiness: http('/-/ready', PORT),
      },
      graceSeconds: 60,
    });
    this.endpoint = server.endpoint('http');
  }

  private data(name: string, { volume }: PrometheusSettings): Mount {
    if (!volume.enabled) return scratch('data', DATA, volume.size);
    const claim = new VolumeClaim(this, 'data', { name: `${name}-data-pvc`, size: volume.size });
    return { name: 'data', path: DATA, from: { claim: claim.name } };
  }
}

function scrapeConfiguration(targets: Workload[], { interval }: PrometheusSettings): string {
  return Yaml.stringify({
    global: { scrape_interval: interval },
    scrape_configs: [
      { job_name: 'prometheus', static_configs: [{ targets: [`localhost:${PORT}`] }] },
      ...targets.map((target) => ({
        job_name: target.app,
        metrics_path: target.props.metrics?.path,
        // Of either family, for the name has one of them: the cluster's first.
        dns_sd_configs: ['A', 'AAAA'].map((type) => ({
          names: [podsName(target)],
          type,
          port: target.port(target.props.metrics?.port ?? ''),
        })),
      })),
    ],
  });
}
